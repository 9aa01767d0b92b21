// Shared by the tests of tables: data sets from texts, and messages without the folder's name.
#pragma once

#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "nn/data/training_data.h"
#include "tests/nn/files/idx_files.h"
#include "tests/support/temp_folder.h"

namespace hpsearch::test {

// A table's data set with its features, unscaled and decided by all rows.
inline nn::Dataset with_features(nn::Dataset dataset) {
  if (dataset.table == nullptr) {
    return dataset;
  }
  nn::Split split;
  split.train.resize(dataset.rows);
  std::iota(split.train.begin(), split.train.end(), 0U);
  split.validation = {0};
  const auto shared = std::make_shared<const nn::Dataset>(std::move(dataset));
  return *nn::prepare_split(shared, std::move(split), nn::Preprocess::kNone).dataset;
}

// "NAME: TREATMENT" of each column.
inline std::vector<std::string> treatments(const nn::Dataset& data) {
  std::vector<std::string> all;
  for (const nn::ColumnReport& report : data.column_reports) {
    all.push_back(report.name + ": " + report.treatment);
  }
  return all;
}

// A folder in which t.csv is loaded.
class TableFolder : public TempFolder {
 public:
  nn::Dataset load(std::string_view bytes, nn::DatasetSource source = {}) const {
    write("t.csv", bytes);
    return load_again(std::move(source));
  }
  nn::Dataset load_again(nn::DatasetSource source = {}) const {
    if (source.source.empty()) {
      source.source = "t.csv";
    }
    source.base_folder = path();
    return with_features(nn::load_dataset(source));
  }

  // The message for these bytes, without the folder's name.
  std::string error(std::string_view bytes, nn::DatasetSource source = {}) const {
    std::string text = data_error_of([&] { load(bytes, std::move(source)); });
    const std::string folder = path().string() + "/";
    for (std::size_t at = 0; (at = text.find(folder, at)) != std::string::npos;) {
      text.erase(at, folder.size());
    }
    return text;
  }
};

}  // namespace hpsearch::test

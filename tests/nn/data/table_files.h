// What the tests of tables share: data sets out of texts, and messages without the folder's name.
#pragma once

#include <string>

#include "nn/data/dataset.h"
#include "tests/nn/files/idx_files.h"
#include "tests/support/temp_folder.h"

namespace hpsearch::test {

// A folder in which t.csv is what is loaded.
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
    return nn::load_dataset(source);
  }

  // The message for these bytes, the folder's name taken out.
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

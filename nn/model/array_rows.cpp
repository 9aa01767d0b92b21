#include "nn/model/array_rows.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "nn/base/utf8.h"
#include "nn/files/data_error.h"
#include "nn/model/array_source.h"
#include "nn/model/table_rows.h"

namespace hpsearch::nn {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlockRows = 4096;

// Arrays as a table of numbers, whose columns have positions.
class ArrayTable final : public TableSource {
 public:
  // `y_places`: the column that each target is.
  ArrayTable(Arrays arrays, const std::vector<std::size_t>& y_places)
      : arrays_(std::move(arrays)),
        is_target_(arrays_.columns() + y_places.size()),
        in_array_(is_target_.size()) {
    for (std::size_t t = 0; t < y_places.size(); ++t) {
      is_target_[y_places[t]] = true;
      in_array_[y_places[t]] = t;
    }
    std::size_t x = 0;
    for (std::size_t c = 0; c < is_target_.size(); ++c) {
      names_.push_back(std::to_string(c));
      if (!is_target_[c]) {
        in_array_[c] = x++;
      }
    }
  }

  const std::vector<std::string>& columns() const override { return names_; }
  bool has_names() const override { return false; }
  std::string name() const override { return arrays_.path.string(); }
  void select(std::vector<Selected> selected) override { selected_ = std::move(selected); }

  bool next(TableChunk& chunk) override {
    const NpyArray x = arrays_.next(kBlockRows);
    const std::size_t count = x.bytes.empty() ? 0 : x.shape[0];
    if (count == 0) {
      return false;
    }
    chunk.clear();
    Table& table = chunk.table;
    table.rows = count;
    table.files = {{arrays_.path, 0, ""}};
    table.columns.resize(selected_.size());
    for (std::size_t i = 0; i < selected_.size(); ++i) {
      const std::size_t column = selected_[i].column;
      table.columns[i].name = selected_[i].name;
      table.columns[i].numbers.resize(count);
      for (std::size_t row = 0; row < count; ++row) {
        table.columns[i].numbers[row] =
            is_target_[column]
                ? arrays_.y[(next_row_ + row) * arrays_.y_columns + in_array_[column]]
                : x.value(row * arrays_.columns() + in_array_[column]);
      }
    }
    table.places = [path = arrays_.path, first = next_row_,
                    selected = selected_](const auto& rows_and_columns) {
      std::vector<std::string> places;
      places.reserve(rows_and_columns.size());
      for (const auto& [row, column] : rows_and_columns) {
        places.push_back(fmt::format("{}: row {}, column {}", path.string(), first + row,
                                     selected[column].column));
      }
      return places;
    };
    next_row_ += count;
    return true;
  }

 private:
  Arrays arrays_;
  std::vector<bool> is_target_;        // (columns)
  std::vector<std::size_t> in_array_;  // (columns): the column of its array
  std::vector<std::string> names_;
  std::vector<Selected> selected_;
  std::size_t next_row_ = 0;
};

// Rows of bytes for a model of bytes.
class ByteRows final : public RowSource {
 public:
  ByteRows(Arrays arrays, const TrainedModel& model, bool targets)
      : arrays_(std::move(arrays)), model_(model), targets_(targets), classes_(model.target) {}

  bool next(RowBlock& block) override {
    const NpyArray x = arrays_.next(kBlockRows);
    const std::size_t count = x.bytes.empty() ? 0 : x.shape[0];
    if (count == 0) {
      return false;
    }
    block.keys.clear();
    block.faults.clear();
    block.bad_rows = 0;
    Dataset& rows = block.rows;
    rows.columns = model_.inputs.features;
    rows.task = model_.target.task;
    rows.classes = model_.target.classes.size();
    rows.outputs = model_.target.targets();
    rows.features.clear();
    rows.labels.clear();
    rows.targets.clear();
    rows.rows = 0;
    for (std::size_t row = 0; row < count; ++row) {
      if (targets_ && !add_target(next_row_ + row, block)) {
        continue;
      }
      const auto begin = x.bytes.begin() + static_cast<std::ptrdiff_t>(row * rows.columns);
      rows.features.insert(rows.features.end(), begin,
                           begin + static_cast<std::ptrdiff_t>(rows.columns));
      ++rows.rows;
    }
    next_row_ += count;
    return true;
  }

 private:
  bool add_target(std::size_t row, RowBlock& block) {
    const double* y = arrays_.y.data() + row * arrays_.y_columns;
    if (model_.target.task == Task::kRegression) {
      block.rows.targets.insert(block.rows.targets.end(), y, y + arrays_.y_columns);
      return true;
    }
    const auto label = classes_.find(*y);
    if (label) {
      block.rows.labels.push_back(*label);
      return true;
    }
    ++block.bad_rows;
    if (block.faults.size() < FaultList::kShown) {
      block.faults.push_back(
          fmt::format("{}: row {}: {} is none of the {} classes that the model was trained on; "
                      "leave the row out",
                      arrays_.path.string(), row, *y, model_.target.classes.size()));
    }
    return false;
  }

  Arrays arrays_;
  const TrainedModel& model_;
  bool targets_;
  ClassFinder classes_;
  std::size_t next_row_ = 0;
};

// Where the targets stand in the table that the model was trained on; behind the features where the
// array has other columns than that.
std::vector<std::size_t> target_places(const Arrays& arrays, const TrainedModel& model) {
  const std::vector<std::string> columns = trained_columns(model);
  const std::vector<std::string>& targets = model.target.names;
  std::vector<std::size_t> places;
  if (arrays.columns() + targets.size() == columns.size()) {
    for (const std::string& target : targets) {
      const auto found = std::find(columns.begin(), columns.end(), target);
      if (found == columns.end()) {
        throw DataError(
            arrays.path.string(),
            fmt::format("the model's target {} is none of its columns", in_quotes(target)),
            "take a model that this version of hpsearch wrote");
      }
      places.push_back(static_cast<std::size_t>(found - columns.begin()));
    }
    return places;
  }
  for (std::size_t t = 0; t < arrays.y_columns; ++t) {
    places.push_back(arrays.columns() + t);
  }
  return places;
}

std::unique_ptr<RowSource> rows_of(Arrays arrays,
                                   const TrainedModel& model,
                                   const RowWishes& wishes) {
  if (!wishes.keep.empty()) {
    throw DataError(arrays.path.string(), "the columns of an array have no names to keep",
                    "leave --keep out; the predictions have the order of the rows");
  }
  if (arrays.rows() > std::numeric_limits<std::uint32_t>::max()) {
    throw DataError(arrays.path.string(), fmt::format("{} rows", arrays.rows()),
                    "give fewer than 4294967296");
  }
  const bool bytes = model.inputs.takes_bytes();
  const bool separate = wishes.targets && arrays.y_columns > 0;
  if (separate && arrays.y_columns != model.target.targets()) {
    throw DataError(arrays.path.string(),
                    fmt::format("{} targets a row, but the model predicts {}", arrays.y_columns,
                                model.target.targets()),
                    "give the targets that the model was trained on");
  }
  const std::size_t needed = model.inputs.features;
  if (model.inputs.pipeline == nullptr && arrays.columns() < needed) {
    throw DataError(arrays.path.string(),
                    fmt::format("an array of {} has {} features a row, but the model reads {}",
                                shape_text(arrays.shape), arrays.columns(), needed),
                    "give rows of the shape that the model was trained on");
  }
  if (bytes && arrays.is_bytes && arrays.columns() == needed && (separate || !wishes.targets)) {
    return std::make_unique<ByteRows>(std::move(arrays), model, wishes.targets);
  }
  constexpr std::size_t kMostColumns = 1'000'000;  // each gets a name
  if (arrays.columns() > kMostColumns) {
    throw DataError(arrays.path.string(),
                    fmt::format("an array of {} has more than {} columns", shape_text(arrays.shape),
                                kMostColumns),
                    "give rows of the shape that the model was trained on");
  }
  std::vector<std::size_t> places;
  if (separate) {
    places = target_places(arrays, model);
  }
  auto table = std::make_unique<ArrayTable>(std::move(arrays), places);
  return rows_of_table(std::move(table), model, wishes);
}

}  // namespace

std::unique_ptr<RowSource> rows_of_arrays(const fs::path& path,
                                          const TrainedModel& model,
                                          const RowWishes& wishes) {
  auto arrays = open_arrays(path, wishes.targets);
  return arrays ? rows_of(*std::move(arrays), model, wishes) : nullptr;
}

std::unique_ptr<RowSource> open_rows(const fs::path& path,
                                     const TrainedModel& model,
                                     const RowWishes& wishes) {
  if (path != "-") {
    if (auto rows = rows_of_arrays(path, model, wishes)) {
      return rows;
    }
  }
  const ReadingRules rules =
      model.inputs.pipeline == nullptr ? ReadingRules{} : model.inputs.pipeline->rules();
  std::vector<std::string> known = trained_columns(model);
  return rows_of_table(std::make_unique<TableStream>(path, rules, known, wishes.sizes), model,
                       wishes);
}

}  // namespace hpsearch::nn

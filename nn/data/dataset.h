// A data set: features and targets in memory, read once and shared by all trials.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nn/data/reading_rules.h"
#include "nn/files/input_file.h"
#include "nn/files/number_style.h"

namespace hpsearch::nn {

// Pixels of one row seen as an image. {0, 0}: the rows are not images of one channel.
struct ImageShape {
  std::uint32_t height = 0;
  std::uint32_t width = 0;
  bool operator==(const ImageShape&) const = default;
};

// What a network is to say of a row.
enum class Task {
  kClassification,  // which of `classes`: one output for each
  kBinary,          // how likely the second of two classes: one output
  kRegression       // numbers: one output for each target
};

std::string_view to_text(Task task);  // "classification", as `dataset.task` names it

// What a column of a table became, for people: {"age", "number; 3 missing values become the
// training part's median, and one more feature says where"}.
struct ColumnReport {
  std::string name;
  std::string treatment;
};

struct Table;  // table.h

// Immutable once loaded, hence safe to share among threads.
// A table comes without features: what its columns become depends on the rows to train on, so that
// prepare() makes them once the rows are split (feature_pipeline.h). Until then `table` holds the
// cells, and `columns` is 0.
// Shapes: features (rows, columns), row-major, in one of two forms: bytes, as images keep them, or
// numbers, where NaN is a missing value. Fewer than 2^32 rows, so that a row number takes 32 bits.
struct Dataset {
  std::string name;
  std::string target_name;  // the target's column; empty where columns have no names
  std::vector<std::string> further_target_names;  // of a regression with several, in their order
  std::vector<NumberStyle>
      target_styles;  // of a table: how each target that is numbers writes them
  Task task = Task::kClassification;
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::size_t outputs = 1;               // targets of a regression, at least 1; else 1
  std::size_t classes = 0;               // a class may have no rows; 0 for regression
  std::vector<std::uint8_t> features;    // empty where real_features are there
  std::vector<float> real_features;      // empty where features are there
  std::vector<std::uint32_t> labels;     // (rows) in [0, classes); empty for regression
  std::vector<double> targets;           // (rows, outputs), row-major; for regression alone
  std::vector<std::string> class_names;  // (classes), or empty: the labels are their own names
  std::vector<std::uint32_t> groups;     // (rows) `group` column: equal numbers stay together
  std::vector<double> order;             // (rows) `order` column: the parts follow each other in it
  std::size_t own_test_rows = 0;         // so many last rows are the source's own test part
  std::size_t own_validation_rows = 0;   // and so many before them its own validation part
  ImageShape image;
  std::shared_ptr<const Table> table;        // whose columns are not yet features
  std::vector<FileChecksum> files;           // what it was read from
  std::vector<std::string> notes;            // what a user should hear but need not change
  std::vector<ColumnReport> column_reports;  // of a table: each of its columns, in its order
};

// Of all targets, for people: "y", or "'a', 'b'" where there are several.
std::string target_text(const Dataset& dataset);

struct DatasetSource {
  // The name of a built-in data set (builtin_datasets.h), or the path of
  //   a folder of IDX files (idx_folder.h),
  //   a table of text: CSV and its kin, plain, gzip or zip (csv_table.h), or
  //   arrays of NumPy: .npy or .npz (array_dataset.h). Files are told by their first bytes.
  // A built-in's name wins over a file or folder of that name, which `./NAME` still reaches.
  std::string source = {};

  // Where a relative path begins: the folder of the sweep file.
  std::filesystem::path base_folder = {};

  // Of tables. The target is the last column unless it is named. Further targets make a regression
  // with several outputs, in this order; they need a `target` before them. Group and order are no
  // features.
  std::optional<ColumnKey> target = std::nullopt;
  std::vector<ColumnKey> further_targets = {};
  std::optional<ColumnKey> group = std::nullopt;
  std::optional<ColumnKey> order = std::nullopt;

  // Default: table_target.h tells it from the values. IDX: classification.
  std::optional<Task> task = std::nullopt;

  // Where `task` is absent and the sweep file's metric decides it: true for classes, false for
  // numbers. `metric` is its name, for messages.
  std::optional<bool> metric_wants_classes = std::nullopt;
  std::string metric = {};

  // How to read a table.
  ReadingRules rules = {};

  // Further tables with the same columns, relative to base_folder; empty: none.
  std::string validation_file = {};
  std::string test_file = {};
};

// Throws DataError if the source is none of these, if a file cannot be read, if files do not fit
// together, if there is nothing to learn from or fewer than two classes, or if the source has no
// such column or no such task.
Dataset load_dataset(const DatasetSource& source);

}  // namespace hpsearch::nn

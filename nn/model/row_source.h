// New rows of any format as a model reads them, some at a time.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nn/data/dataset.h"
#include "nn/data/table_stream.h"
#include "nn/model/trained_model.h"

namespace hpsearch::nn {

// Some rows. Used again for the next ones.
struct RowBlock {
  // What Predictor reads. With targets also task, classes and labels, or outputs and targets.
  Dataset rows;

  // The cells of the kept columns: one list a column, of one text a row. Valid until the next call.
  std::vector<std::vector<std::string_view>> keys;

  // Rows that are not among `rows`: records that are no rows, and rows with a cell that their
  // column cannot hold. "<place>: <fault>; <remedy>" of the first ones.
  std::size_t bad_rows = 0;
  std::vector<std::string> faults;
};

struct RowWishes {
  bool targets = false;           // the target's columns too, which must then be there
  std::vector<std::string> keep;  // further columns, by name or number from 0, as they are written
  TableStream::Sizes sizes = {};  // of a table of text
};

// Not thread-safe.
class RowSource {
 public:
  virtual ~RowSource() = default;

  // False at the end.
  virtual bool next(RowBlock& block) = 0;
};

// Opens
//   a table of text (table_stream.h); "-" is stdin,
//   an .npy array, whose columns are taken by their positions,
//   an .npz file: its x_test (X_test) if it has one, else the array that training would read; with
//     targets also the array of targets that belongs to it,
//   an IDX file of images, or a folder of IDX files: its test part if it has one.
// `model` must outlive the source. Throws DataError for what cannot be read, and for rows that the
// model cannot read: a column that is not there, another number of features.
std::unique_ptr<RowSource> open_rows(const std::filesystem::path& path,
                                     const TrainedModel& model,
                                     const RowWishes& wishes);

// The class that a text names, as the target's column of a table writes it: spellings that differ
// in case or blanks are one, and so are 1 and 1.0. Nothing where it is none of them.
class ClassFinder {
 public:
  explicit ClassFinder(const ModelTarget& target);
  ~ClassFinder();
  ClassFinder(const ClassFinder&) = delete;
  ClassFinder& operator=(const ClassFinder&) = delete;

  std::optional<std::uint32_t> find(std::string_view text);
  std::optional<std::uint32_t> find(double number);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hpsearch::nn

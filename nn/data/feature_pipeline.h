// The one way from the columns of a table to the numbers that a network reads.
//
// Training fits a pipeline on the rows to train on and encodes all rows with it. `init`, `check`,
// the page and the database describe columns with its reports, and a later prediction encodes new
// rows with the pipeline from its JSON. Nothing about any other row enters fit().
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nn/data/column_rule.h"
#include "nn/data/preprocess.h"
#include "nn/data/table.h"

namespace hpsearch::nn {

// A column of features and, for each feature, x' = (x - centre) * factor. Shapes: (features).
struct PipelineColumn {
  ColumnRule rule;
  bool bends = false;  // with preprocess: robust, numbers go through bend() as well
  std::vector<double> centre = {};
  std::vector<double> factor = {};
};

// Of the target, for whoever undoes it.
struct TargetDescription {
  std::vector<std::string> names = {};
  std::string task = {};
  std::vector<std::string> classes = {};  // of the outputs, in their order
  std::vector<NumberStyle> styles = {};   // of targets in cells that are numbers; else empty
  std::vector<double> mean = {};          // of each target of a regression
  std::vector<double> deviation = {};
};

class FeaturePipeline {
 public:
  // Decides what each column but target, group and order becomes (column_rule.h), and learns how to
  // scale it as `kind` has it (preprocess.h), from the rows `train` alone (ascending; at least
  // one). All in double precision. Throws DataError for a name in table.rules that no column has,
  // for a column that fits two rules, for the cells that break the rule of their column, and if no
  // feature is left.
  static FeaturePipeline fit(const Table& table,
                             std::span<const std::uint32_t> train,
                             Preprocess kind);

  // The features of all rows, scaled and rounded to float; a missing value is filled. Shape: (rows,
  // features()), row-major. Columns are found by their names. Float denormals become 0, so that
  // they are the same number on every thread. Throws DataError for a column that is not there, and
  // for the cells that break the rule of their column, with their places.
  std::vector<float> encode(const Table& table) const;

  // The same into memory that is used again, and leaves the faults to the caller: the features of a
  // row with a fault mean nothing. Throws DataError for a column that is not there.
  void encode(const Table& table, std::vector<float>& out, CellFaults& faults) const;

  std::size_t features() const;
  const std::vector<PipelineColumn>& columns() const { return columns_; }

  // What a user should look at, beside what each column became.
  std::vector<std::string> notes() const;

  void describe_target(TargetDescription target) { target_ = std::move(target); }
  const TargetDescription& target() const { return target_; }

  // How to read a table of the same form: everything but `columns`, which the rules of the columns
  // have become.
  const ReadingRules& rules() const { return rules_; }

  // The names of all columns of the table, targets included, in their order: what the columns of a
  // table without a header are.
  const std::vector<std::string>& table_columns() const { return table_columns_; }

  // One JSON object. Doubles keep all their digits: from_json(to_json()) encodes alike. from_json
  // throws DataError for what is no such description.
  std::string to_json() const;
  static FeaturePipeline from_json(std::string_view text);

 private:
  // `places`: the column of the table that each of columns_ is.
  void keep_row_numbers(const Table& table,
                        std::span<const std::uint32_t> train,
                        const std::vector<std::size_t>& places);
  void learn_scaling(const Table& table,
                     std::span<const std::uint32_t> train,
                     const std::vector<std::size_t>& places,
                     Preprocess kind);

  std::vector<PipelineColumn> columns_;
  TargetDescription target_;
  ReadingRules rules_;
  std::vector<std::string> table_columns_;
};

}  // namespace hpsearch::nn

#include "nn/model/table_rows.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "nn/base/utf8.h"
#include "nn/data/column_facts.h"
#include "nn/files/data_error.h"

namespace hpsearch::nn {
namespace {

constexpr double kMostByte = 255.0;

std::vector<std::string> positions(std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t c = 0; c < count; ++c) {
    names.push_back(std::to_string(c));
  }
  return names;
}

// The column that people name by its name, or by its number from 0.
std::size_t find_key(const TableSource& source, const std::string& key) {
  const std::vector<std::string>& names = source.columns();
  const auto found = std::find(names.begin(), names.end(), key);
  if (found != names.end()) {
    return static_cast<std::size_t>(found - names.begin());
  }
  std::size_t number = 0;
  const char* end = key.data() + key.size();
  const auto [stop, error] = std::from_chars(key.data(), end, number);
  if (error != std::errc() || stop != end || number >= names.size()) {
    throw DataError(source.name(), fmt::format("there is no column {} to keep", in_quotes(key)),
                    "write the name of a column, or its number from 0");
  }
  return number;
}

class TableRows final : public RowSource {
 public:
  TableRows(std::unique_ptr<TableSource> source, const TrainedModel& model, const RowWishes& wishes)
      : source_(std::move(source)), model_(model), targets_(wishes.targets) {
    const ModelTarget& target = model.target;
    const ColumnFinder finder(*source_, trained_columns(model), target_names());
    std::vector<TableSource::Selected> selected;
    if (model.inputs.pipeline != nullptr) {
      for (const PipelineColumn& column : model.inputs.pipeline->columns()) {
        if (column.rule.features() > 0) {
          selected.push_back({finder.require(column.rule.name), column.rule.name});
        }
      }
    } else {
      for (const std::string& name : positions(model.inputs.features)) {
        selected.push_back({finder.require(name), name});
      }
    }
    features_ = selected.size();
    if (targets_) {
      for (const std::string& name : target_names()) {
        const auto column = finder.find(name);
        if (!column) {
          throw DataError(source_->name(),
                          fmt::format("there is no column {}, the target", in_quotes(name)),
                          "add it, or leave the comparison out: hpsearch predict");
        }
        selected.push_back({*column, name});
      }
      finder_.emplace(target);
    }
    first_key_ = selected.size();
    for (const std::string& key : wishes.keep) {
      selected.push_back({find_key(*source_, key), key});
    }
    source_->select(std::move(selected));
  }

  bool next(RowBlock& block) override {
    if (!source_->next(chunk_)) {
      return false;
    }
    if (model_.inputs.pipeline != nullptr) {
      chunk_.table.rules = model_.inputs.pipeline->rules();
    }
    const Table& table = chunk_.table;
    CellFaults faults(table);
    Dataset& rows = block.rows;
    rows.rows = table.rows;
    rows.columns = model_.inputs.features;
    if (model_.inputs.pipeline != nullptr) {
      model_.inputs.pipeline->encode(table, rows.real_features, faults);
    } else {
      read_numbers(table, rows, faults);
    }
    if (targets_) {
      read_targets(table, rows, faults);
    }
    block.keys.resize(table.columns.size() - first_key_);
    for (std::size_t k = 0; k < block.keys.size(); ++k) {
      block.keys[k].clear();
      for (const TableCell& cell : table.columns[first_key_ + k].cells) {
        block.keys[k].push_back(cell.text());
      }
    }
    list_faults(faults, block);
    if (faults.count() > 0) {
      take_away(faults, block);
    }
    return true;
  }

 private:
  // By position where the target has no name: behind the features.
  std::vector<std::string> target_names() const {
    if (!model_.target.names.empty()) {
      return model_.target.names;
    }
    std::vector<std::string> names;
    for (std::size_t t = 0; t < model_.target.targets(); ++t) {
      names.push_back(std::to_string(model_.inputs.features + t));
    }
    return names;
  }

  // Of a model without a pipeline: each column is a feature.
  void read_numbers(const Table& table, Dataset& rows, CellFaults& faults) const {
    const bool bytes = model_.inputs.takes_bytes();
    const std::size_t columns = rows.columns;
    (bytes ? rows.features.resize(rows.rows * columns)
           : rows.real_features.resize(rows.rows * columns));
    const ColumnRule plain;
    for (std::size_t c = 0; c < columns; ++c) {
      for (std::size_t row = 0; row < rows.rows; ++row) {
        const double x = number_of(table, c, row, plain, faults);
        if (!bytes) {
          rows.real_features[row * columns + c] = static_cast<float>(x);
        } else if (x >= 0.0 && x <= kMostByte && x == std::floor(x)) {
          rows.features[row * columns + c] = static_cast<std::uint8_t>(x);
        } else {
          faults.add(row, c, "the model was trained on whole numbers from 0 to 255",
                     "write such a number");
        }
      }
    }
  }

  void read_targets(const Table& table, Dataset& rows, CellFaults& faults) {
    const ModelTarget& target = model_.target;
    rows.task = target.task;
    rows.classes = target.classes.size();
    rows.outputs = target.targets();
    rows.labels.assign(target.task == Task::kRegression ? 0 : rows.rows, 0U);
    rows.targets.resize(target.task == Task::kRegression ? rows.rows * rows.outputs : 0);
    for (std::size_t t = 0; t < target.targets(); ++t) {
      const std::size_t c = features_ + t;
      ColumnRule rule;
      if (t < target.styles.size()) {
        rule.style = target.styles[t];
      }
      for (std::size_t row = 0; row < rows.rows; ++row) {
        if (target.task != Task::kRegression) {
          rows.labels[row] = read_class(table, c, row, faults);
          continue;
        }
        const std::size_t before = faults.count();
        const double y = number_of(table, c, row, rule, faults);
        rows.targets[row * rows.outputs + t] = y;
        if (std::isnan(y) && faults.count() == before) {
          add_missing(row, c, faults);
        }
      }
    }
  }

  std::uint32_t read_class(const Table& table,
                           std::size_t column,
                           std::size_t row,
                           CellFaults& faults) {
    const TableColumn& from = table.columns[column];
    std::optional<std::uint32_t> found;
    if (from.cells.empty()) {
      found = finder_->find(from.numbers[row]);
    } else {
      found = finder_->find(from.cells[row].text());
      if (!found && is_missing(from.cells[row], table.rules)) {
        add_missing(row, column, faults);
        return 0;
      }
    }
    if (!found) {
      faults.add(row, column,
                 fmt::format("{} is none of the {} classes that the model was trained on",
                             from.cells.empty() ? fmt::format("{}", from.numbers[row])
                                                : in_quotes(from.cells[row].text()),
                             model_.target.classes.size()),
                 "leave the row out");
    }
    return found.value_or(0);
  }

  static void add_missing(std::size_t row, std::size_t column, CellFaults& faults) {
    faults.add(row, column, "the target has no value here", "fill it in, or leave the row out");
  }

  // Faults of records and of cells in the order of their places.
  void list_faults(const CellFaults& faults, RowBlock& block) const {
    block.bad_rows = chunk_.bad_rows;
    std::vector<std::string> of_cells = faults.sentences();
    // Those of the first rows, in the order of the sentences.
    std::vector<std::size_t> rows = faults.rows();
    std::sort(rows.begin(), rows.end());
    block.faults.clear();
    std::size_t next = 0;
    for (const TableChunk::BadRecord& record : chunk_.faults) {
      for (; next < of_cells.size() && rows[next] < record.next_row; ++next) {
        block.faults.push_back(std::move(of_cells[next]));
      }
      block.faults.push_back(record.sentence);
    }
    for (; next < of_cells.size(); ++next) {
      block.faults.push_back(std::move(of_cells[next]));
    }
    block.faults.resize(std::min(block.faults.size(), FaultList::kShown));
  }

  // Takes the rows with faults out of the block.
  void take_away(const CellFaults& faults, RowBlock& block) const {
    std::vector<bool> is_bad(block.rows.rows);
    for (const std::size_t row : faults.rows()) {
      block.bad_rows += static_cast<std::size_t>(!is_bad[row]);
      is_bad[row] = true;
    }
    const auto keep_good = [&](auto& values, std::size_t width) {
      std::size_t to = 0;
      for (std::size_t row = 0; row < is_bad.size() && !values.empty(); ++row) {
        if (!is_bad[row]) {
          std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(row * width), width,
                      values.begin() + static_cast<std::ptrdiff_t>(to * width));
          ++to;
        }
      }
      values.resize(to * width);
    };
    Dataset& rows = block.rows;
    keep_good(rows.features, rows.columns);
    keep_good(rows.real_features, rows.columns);
    keep_good(rows.labels, 1);
    keep_good(rows.targets, rows.outputs);
    for (auto& key : block.keys) {
      keep_good(key, 1);
    }
    rows.rows -= static_cast<std::size_t>(std::count(is_bad.begin(), is_bad.end(), true));
  }

  std::unique_ptr<TableSource> source_;
  const TrainedModel& model_;
  bool targets_;
  std::size_t features_ = 0;   // columns of the chunk's table that are features
  std::size_t first_key_ = 0;  // the first that is kept
  std::optional<ClassFinder> finder_;
  TableChunk chunk_;
};

}  // namespace

std::vector<std::string> trained_columns(const TrainedModel& model) {
  if (model.inputs.pipeline != nullptr) {
    return model.inputs.pipeline->table_columns();
  }
  std::vector<std::string> names = positions(model.inputs.features);
  if (!model.target.names.empty()) {
    names.insert(names.end(), model.target.names.begin(), model.target.names.end());
  } else {
    names = positions(model.inputs.features + model.target.targets());
  }
  return names;
}

std::unique_ptr<RowSource> rows_of_table(std::unique_ptr<TableSource> source,
                                         const TrainedModel& model,
                                         const RowWishes& wishes) {
  return std::make_unique<TableRows>(std::move(source), model, wishes);
}

}  // namespace hpsearch::nn

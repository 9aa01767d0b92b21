#include "nn/data/feature_pipeline.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>
#include <optional>

#include <fmt/format.h>

#include "nn/base/utf8.h"
#include "nn/data/category_rule.h"
#include "nn/data/column_facts.h"
#include "nn/data/column_notes.h"
#include "nn/files/data_error.h"
#include "nn/files/short_number.h"

namespace hpsearch::nn {
namespace {

constexpr std::size_t kBlockRows = 4096;

float as_float(double number) {
  const float value = static_cast<float>(number);
  return std::abs(value) < std::numeric_limits<float>::min() ? 0.0F : value;
}

// Writes the features of one column, unscaled.
class ColumnEncoder {
 public:
  ColumnEncoder(const Table& table, std::size_t column, const ColumnRule& rule)
      : table_(table),
        column_(column),
        rule_(rule),
        finder_(rule.levels),
        reads_short_numbers_(!table.columns[column].cells.empty() && !table.rules.missing &&
                             rule.style.point == '.' &&
                             (rule.style.unit.empty() || is_currency(rule.style.unit))) {}

  // Shape: out (rows, rule.features()), row-major.
  void encode(std::span<const std::uint32_t> rows, double* out, CellFaults& faults) {
    const std::size_t width = rule_.features();
    const auto encode_by = [&](auto encode_row) {
      for (const std::uint32_t row : rows) {
        encode_row(row, out);
        out += width;
      }
    };
    switch (rule_.kind) {
      case ColumnKind::kNumber:
        encode_by([&](std::uint32_t row, double* to) { number(row, to, faults); });
        break;
      case ColumnKind::kDate:
        encode_by([&](std::uint32_t row, double* to) { date(row, to, faults); });
        break;
      case ColumnKind::kCategory:
        encode_by([&](std::uint32_t row, double* to) { category(row, to); });
        break;
      case ColumnKind::kLeftOut:
        break;
    }
  }

 private:
  // What number_of() reads, faster for most cells: a number may be a missing value only where the
  // sweep file lists it.
  double read(std::uint32_t row, CellFaults& faults) const {
    if (reads_short_numbers_) {
      if (const auto number = read_short_number(table_.columns[column_].cells[row].text())) {
        return *number;
      }
    }
    return number_of(table_, column_, row, rule_, faults);
  }

  void number(std::uint32_t row, double* out, CellFaults& faults) const {
    const double x = read(row, faults);
    if (rule_.value) {
      *out++ = std::isnan(x) ? rule_.fill.front() : x;
    }
    if (rule_.indicator) {
      *out = std::isnan(x) ? 1.0 : 0.0;
    }
  }

  void date(std::uint32_t row, double* out, CellFaults& faults) const {
    const auto date = date_in_cell(table_, column_, row, rule_.date_order, faults);
    for (std::size_t i = 0; i < rule_.parts.size(); ++i) {
      *out++ = date ? date_part(*date, rule_.parts[i]) : rule_.fill[i];
    }
    if (rule_.indicator) {
      *out = date ? 0.0 : 1.0;
    }
  }

  void category(std::uint32_t row, double* out) {
    const TableCell& cell = table_.columns[column_].cells[row];
    const std::size_t levels = rule_.levels.size();
    const bool missing = is_missing(cell, table_.rules);
    const std::size_t level = missing ? levels : finder_.find(cell.text());
    if (rule_.two_levels) {
      *out = level == 1 ? 1.0 : level == 0 ? 0.0 : rule_.unknown;
      return;
    }
    std::fill_n(out, rule_.features(), 0.0);
    if (level < levels) {
      out[level] = 1.0;
    } else if (rule_.other && !missing) {
      out[levels] = 1.0;
    }
  }

  const Table& table_;
  std::size_t column_;
  const ColumnRule& rule_;
  LevelFinder finder_;
  bool reads_short_numbers_;
};

std::vector<ColumnReport> reports_of(const std::vector<PipelineColumn>& columns) {
  std::vector<ColumnReport> reports;
  std::transform(columns.begin(), columns.end(), std::back_inserter(reports),
                 [](const PipelineColumn& column) {
                   return ColumnReport{column.rule.name, column.rule.treatment};
                 });
  return reports;
}

std::size_t find_column(const Table& table, const std::string& name) {
  const auto found = std::find_if(table.columns.begin(), table.columns.end(),
                                  [&](const TableColumn& column) { return column.name == name; });
  if (found == table.columns.end()) {
    throw DataError(table.subject(), fmt::format("there is no column {}", in_quotes(name)),
                    "give the columns that the network was trained on");
  }
  return static_cast<std::size_t>(found - table.columns.begin());
}

}  // namespace

FeaturePipeline FeaturePipeline::fit(const Table& table,
                                     std::span<const std::uint32_t> train,
                                     Preprocess kind) {
  FeaturePipeline pipeline;
  pipeline.rules_ = table.rules;
  pipeline.rules_.columns.clear();
  const std::vector<std::optional<WishedKind>> wishes = find_wishes(table);
  const std::vector<std::size_t> targets = table.roles.targets();
  std::vector<std::size_t> places;  // of pipeline.columns_ in the table
  DecimalCommas commas(table, train);
  CellFaults faults(table);
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    pipeline.table_columns_.push_back(table.columns[c].name);
    if (c != table.roles.group && c != table.roles.order &&
        std::find(targets.begin(), targets.end(), c) == targets.end()) {
      pipeline.columns_.push_back(
          {.rule = decide_column(table, c, train, wishes[c], commas, faults)});
      places.push_back(c);
    }
  }
  faults.throw_if_any();
  if (pipeline.features() == 0) {
    pipeline.keep_row_numbers(table, train, places);
  }
  if (pipeline.features() == 0) {
    throw DataError(table.subject(), "no column is left to learn from",
                    pipeline.columns_.empty()
                        ? "give at least one column beside the target"
                        : fmt::format("{}; keep one with `columns` under `dataset`",
                                      left_out_note(reports_of(pipeline.columns_))));
  }
  pipeline.learn_scaling(table, train, places, kind);
  return pipeline;
}

// A table of one row number and a target is a series: there is nothing else to learn from.
void FeaturePipeline::keep_row_numbers(const Table& table,
                                       std::span<const std::uint32_t> train,
                                       const std::vector<std::size_t>& places) {
  DecimalCommas commas(table, train);
  CellFaults faults(table);
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].rule.counts_rows) {
      ColumnRule& rule = columns_[i].rule;
      rule = decide_column(table, places[i], train, WishedKind::kNumeric, commas, faults);
      rule.notes.push_back(fmt::format(
          "column {} counts the rows; it is kept because no other column is left to learn from",
          in_quotes(rule.name)));
    }
  }
}

void FeaturePipeline::learn_scaling(const Table& table,
                                    std::span<const std::uint32_t> train,
                                    const std::vector<std::size_t>& places,
                                    Preprocess kind) {
  constexpr double kMiddle = 0.5;  // of 0 and 1
  std::vector<ColumnStatistics> statistics;
  std::vector<double> values;   // of one column: (train, width)
  std::vector<double> feature;  // of one of its features: (train)
  CellFaults faults(table);     // none are left
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    ColumnRule& rule = columns_[c].rule;
    const std::size_t width = rule.features();
    values.resize(train.size() * width);
    feature.resize(train.size());
    ColumnEncoder(table, places[c], rule).encode(train, values.data(), faults);
    for (std::size_t i = 0; i < width; ++i) {
      for (std::size_t row = 0; row < train.size(); ++row) {
        feature[row] = values[row * width + i];
      }
      if (kind == Preprocess::kRobust) {
        const AffineMap map = i < rule.numbers() ? robust_map(feature)
                              : rule.two_levels  ? AffineMap{kMiddle, 2.0}
                                                 : AffineMap{};
        columns_[c].centre.push_back(map.centre);
        columns_[c].factor.push_back(map.factor);
        columns_[c].bends = rule.numbers() > 0;
        rule.unknown = kMiddle;  // neither -1 nor 1
      } else {
        statistics.push_back(column_statistics(feature));
      }
    }
  }
  if (kind == Preprocess::kRobust) {
    return;
  }
  std::size_t next = 0;
  const std::vector<AffineMap> maps = scale_columns(statistics, kind);
  for (PipelineColumn& column : columns_) {
    for (std::size_t i = 0; i < column.rule.features(); ++i, ++next) {
      column.centre.push_back(maps[next].centre);
      column.factor.push_back(maps[next].factor);
    }
  }
}

std::vector<float> FeaturePipeline::encode(const Table& table) const {
  const std::size_t stride = features();
  if (stride > 0 && table.rows > kMaximumTableValues / stride) {
    throw DataError(table.subject(),
                    fmt::format("{} rows of {} features are more than the limit of {} (16 GiB)",
                                table.rows, stride, kMaximumTableValues),
                    "give fewer rows, or leave columns out");
  }
  std::vector<float> out;
  CellFaults faults(table);
  encode(table, out, faults);
  faults.throw_if_any();
  return out;
}

void FeaturePipeline::encode(const Table& table,
                             std::vector<float>& out,
                             CellFaults& faults) const {
  const std::size_t stride = features();
  out.resize(table.rows * stride);
  std::vector<std::uint32_t> rows;
  std::vector<double> block;
  std::size_t offset = 0;
  for (const PipelineColumn& column : columns_) {
    const std::size_t width = column.rule.features();
    if (width == 0) {
      continue;
    }
    const std::size_t place = find_column(table, column.rule.name);
    if (column.rule.kind != ColumnKind::kNumber && table.columns[place].cells.empty() &&
        table.rows > 0) {
      throw DataError(table.subject(),
                      fmt::format("an array holds numbers, but column {} was texts where the "
                                  "network was trained",
                                  in_quotes(column.rule.name)),
                      "give a table of text, such as CSV");
    }
    ColumnEncoder encoder(table, place, column.rule);
    for (std::size_t first = 0; first < table.rows; first += kBlockRows) {
      rows.resize(std::min(kBlockRows, table.rows - first));
      std::iota(rows.begin(), rows.end(), static_cast<std::uint32_t>(first));
      block.resize(rows.size() * width);
      encoder.encode(rows, block.data(), faults);
      for (std::size_t row = 0; row < rows.size(); ++row) {
        float* to = out.data() + (first + row) * stride + offset;
        for (std::size_t i = 0; i < width; ++i) {
          const double x = (block[row * width + i] - column.centre[i]) * column.factor[i];
          to[i] = as_float(column.bends && i < column.rule.numbers() ? bend(x) : x);
        }
      }
    }
    offset += width;
  }
}

std::size_t FeaturePipeline::features() const {
  return std::accumulate(
      columns_.begin(), columns_.end(), std::size_t{0},
      [](std::size_t sum, const PipelineColumn& column) { return sum + column.rule.features(); });
}

std::vector<std::string> FeaturePipeline::notes() const {
  std::vector<std::string> notes;
  for (const PipelineColumn& column : columns_) {
    notes.insert(notes.end(), column.rule.notes.begin(), column.rule.notes.end());
  }
  return notes;
}

}  // namespace hpsearch::nn

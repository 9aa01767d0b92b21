#include "nn/data/preprocess.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>

#include "nn/data/median.h"
#include "nn/data/quantile.h"

namespace hpsearch::nn {
namespace {

// Sums of up to 65,536 values of up to 255^2 fit into 32 bits, whose vectors are twice as long.
constexpr std::size_t kBlockRows = 65536;

const std::uint8_t* row_of(const Dataset& dataset, std::uint32_t row) {
  return dataset.features.data() + std::size_t{row} * dataset.columns;
}

// Exact sums over the training rows, for each column.
struct ColumnSums {
  std::vector<std::uint64_t> values;
  std::vector<std::uint64_t> squares;
};

ColumnSums sum_columns(const Dataset& dataset, std::span<const std::uint32_t> train) {
  const std::size_t columns = dataset.columns;
  ColumnSums sums{std::vector<std::uint64_t>(columns), std::vector<std::uint64_t>(columns)};
  std::vector<std::uint32_t> block_values(columns);
  std::vector<std::uint32_t> block_squares(columns);
  for (std::size_t first = 0; first < train.size(); first += kBlockRows) {
    std::fill(block_values.begin(), block_values.end(), 0U);
    std::fill(block_squares.begin(), block_squares.end(), 0U);
    for (const std::uint32_t row :
         train.subspan(first, std::min(kBlockRows, train.size() - first))) {
      const std::uint8_t* x = row_of(dataset, row);
      std::uint32_t* values = block_values.data();
      std::uint32_t* squares = block_squares.data();
      for (std::size_t c = 0; c < columns; ++c) {
        const std::uint32_t value = x[c];
        values[c] += value;
        squares[c] += value * value;
      }
    }
    for (std::size_t c = 0; c < columns; ++c) {
      sums.values[c] += block_values[c];
      sums.squares[c] += block_squares[c];
    }
  }
  return sums;
}

// As unit; mean_image and channel_mean take their means away instead of the smallest value.
ColumnScaling unit_scaling(const Dataset& dataset,
                           std::span<const std::uint32_t> train,
                           Preprocess kind) {
  std::uint8_t smallest = std::numeric_limits<std::uint8_t>::max();
  std::uint8_t largest = 0;
  for (const std::uint32_t row : train) {
    const std::uint8_t* x = row_of(dataset, row);
    for (std::size_t c = 0; c < dataset.columns; ++c) {
      smallest = std::min(smallest, x[c]);
      largest = std::max(largest, x[c]);
    }
  }
  const double scale = largest > smallest ? 1.0 / (largest - smallest) : 1.0;
  ColumnScaling scaling{
      .scale = std::vector<float>(dataset.columns, static_cast<float>(scale)),
      .shift = std::vector<float>(dataset.columns, static_cast<float>(-smallest * scale))};
  if (kind == Preprocess::kUnit) {
    return scaling;
  }
  const std::vector<std::uint64_t> sums = sum_columns(dataset, train).values;
  const double n = static_cast<double>(train.size());
  const std::uint64_t total = std::accumulate(sums.begin(), sums.end(), std::uint64_t{0});
  const double of_all = static_cast<double>(total) / (n * static_cast<double>(dataset.columns));
  for (std::size_t c = 0; c < dataset.columns; ++c) {
    const double mean =
        kind == Preprocess::kChannelMean ? of_all : static_cast<double>(sums[c]) / n;
    // By the rounded scale: gather_rows then takes a constant column to 0 and not near it.
    scaling.shift[c] = static_cast<float>(-mean * static_cast<double>(scaling.scale[c]));
  }
  return scaling;
}

ColumnScaling standard_scaling(const Dataset& dataset, std::span<const std::uint32_t> train) {
  __extension__ using Wide = unsigned __int128;
  const ColumnSums sums = sum_columns(dataset, train);
  const std::uint64_t n = train.size();
  ColumnScaling scaling{.scale = std::vector<float>(dataset.columns),
                        .shift = std::vector<float>(dataset.columns)};
  for (std::size_t c = 0; c < dataset.columns; ++c) {
    // n^2 times the variance, in exact integers: zero only for a constant column.
    const Wide spread = Wide{n} * sums.squares[c] - Wide{sums.values[c]} * sums.values[c];
    if (spread > 0) {
      const double root = std::sqrt(static_cast<double>(spread));
      scaling.scale[c] = static_cast<float>(static_cast<double>(n) / root);
      scaling.shift[c] = static_cast<float>(-static_cast<double>(sums.values[c]) / root);
    }
  }
  return scaling;
}

const float* numbers_of(const Dataset& dataset, std::uint32_t row) {
  return dataset.real_features.data() + std::size_t{row} * dataset.columns;
}

// Of each column; 0 for columns that miss nothing in any row.
std::vector<double> fill_values(const Dataset& dataset, std::span<const std::uint32_t> train) {
  std::vector<char> misses(dataset.columns);
  for (std::size_t i = 0; i < dataset.real_features.size(); i += dataset.columns) {
    for (std::size_t c = 0; c < dataset.columns; ++c) {
      misses[c] |= static_cast<char>(std::isnan(dataset.real_features[i + c]));
    }
  }
  std::vector<double> fill(dataset.columns);
  std::vector<float> values;
  for (std::size_t c = 0; c < dataset.columns; ++c) {
    if (misses[c] == 0) {
      continue;
    }
    values.clear();
    for (const std::uint32_t row : train) {
      if (const float x = numbers_of(dataset, row)[c]; !std::isnan(x)) {
        values.push_back(x);
      }
    }
    fill[c] = median(values);
  }
  return fill;
}

// The values of all columns at once, row by row: a table that lies in memory by rows is read once a
// pass. Sums in the order of the rows, so that they are the same on every machine.
ColumnScaling fit_number_scaling(const Dataset& dataset,
                                 std::span<const std::uint32_t> train,
                                 Preprocess kind) {
  const std::size_t columns = dataset.columns;
  ColumnScaling scaling;
  scaling.fill = fill_values(dataset, train);
  constexpr double kFar = std::numeric_limits<double>::infinity();
  std::vector<ColumnStatistics> statistics(columns, ColumnStatistics{kFar, -kFar, 0.0, 0.0});
  const auto for_each_value = [&](auto&& use) {
    for (const std::uint32_t row : train) {
      const float* x = numbers_of(dataset, row);
      for (std::size_t c = 0; c < columns; ++c) {
        use(statistics[c], std::isnan(x[c]) ? scaling.fill[c] : static_cast<double>(x[c]));
      }
    }
  };
  const double n = static_cast<double>(train.size());
  if (kind != Preprocess::kNone) {
    for_each_value([](ColumnStatistics& column, double x) {
      column.smallest = std::min(column.smallest, x);
      column.largest = std::max(column.largest, x);
      column.mean += x;
    });
    for (ColumnStatistics& column : statistics) {
      column.mean /= n;
    }
    for_each_value([](ColumnStatistics& column, double x) {
      column.deviation += (x - column.mean) * (x - column.mean);
    });
    for (ColumnStatistics& column : statistics) {
      column.deviation = std::sqrt(column.deviation / n);
    }
  }
  for (const AffineMap& map : scale_columns(statistics, kind)) {
    scaling.centre.push_back(map.centre);
    scaling.factor.push_back(map.factor);
  }
  return scaling;
}

}  // namespace

ColumnStatistics column_statistics(std::span<const double> values) {
  constexpr double kFarFrom0 = 1e4;  // in ranges of the values
  const double n = static_cast<double>(values.size());
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  ColumnStatistics column{*least, *most, std::accumulate(values.begin(), values.end(), 0.0) / n,
                          0.0};
  const double range = column.largest - column.smallest;
  if (range == 0.0) {
    return column;
  }
  if (std::abs(column.mean) > kFarFrom0 * range) {
    double sum = 0.0;
    for (const double x : values) {
      sum += x - column.smallest;
    }
    column.mean = column.smallest + sum / n;
  }
  double squares = 0.0;
  for (const double x : values) {
    squares += (x - column.mean) * (x - column.mean);
  }
  if (std::isnormal(squares)) {
    column.deviation = std::sqrt(squares / n);
    return column;
  }
  // The squares of values around 1e-200 are 0.
  squares = 0.0;
  for (const double x : values) {
    squares += (x - column.mean) / range * ((x - column.mean) / range);
  }
  column.deviation = range * std::sqrt(squares / n);
  return column;
}

AffineMap robust_map(std::vector<double>& values) {
  std::sort(values.begin(), values.end());
  const double quartiles = quantile(values, 0.75) - quantile(values, 0.25);
  const double half_range = (values.back() - values.front()) / 2.0;
  const double spread = quartiles > 0.0 ? quartiles : half_range;
  return {quantile(values, 0.5), spread > 0.0 ? 1.0 / spread : 0.0};
}

std::vector<AffineMap> scale_columns(std::span<const ColumnStatistics> columns, Preprocess kind) {
  std::vector<AffineMap> maps(columns.size());
  if (kind == Preprocess::kNone) {
    return maps;
  }
  if (kind == Preprocess::kStandardize || kind == Preprocess::kPcaWhiten) {
    std::transform(
        columns.begin(), columns.end(), maps.begin(), [](const ColumnStatistics& column) {
          // Not by the deviation: the mean of equal numbers may be another number by a rounding.
          return AffineMap{column.mean,
                           column.largest > column.smallest ? 1.0 / column.deviation : 0.0};
        });
    return maps;
  }
  double of_all = 0.0;  // the mean of all columns as unit has them
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const ColumnStatistics& column = columns[c];
    const double range = column.largest - column.smallest;
    maps[c] = {column.smallest, range > 0.0 ? 1.0 / range : 1.0};
    if (range > 0.0) {
      of_all +=
          (column.mean - column.smallest) * maps[c].factor / static_cast<double>(columns.size());
      // Not of equal numbers: their mean may be another number by a rounding.
      maps[c].centre = kind == Preprocess::kMeanImage ? column.mean : column.smallest;
    }
  }
  if (kind == Preprocess::kChannelMean) {
    for (AffineMap& map : maps) {
      map.centre += of_all / map.factor;
    }
  }
  return maps;
}

std::optional<Preprocess> find_preprocess(std::string_view name) {
  for (const PreprocessRow& row : kPreprocessTable) {
    if (row.name == name) {
      return row.value;
    }
  }
  return std::nullopt;
}

std::string_view name_of(Preprocess value) {
  const auto* row = std::find_if(kPreprocessTable.begin(), kPreprocessTable.end(),
                                 [&](const PreprocessRow& r) { return r.value == value; });
  assert(row != kPreprocessTable.end());
  return row->name;
}

ColumnScaling fit_scaling(const Dataset& dataset,
                          std::span<const std::uint32_t> train,
                          Preprocess kind) {
  assert(!train.empty());
  if (!dataset.real_features.empty()) {
    return fit_number_scaling(dataset, train, kind);
  }
  switch (kind) {
    case Preprocess::kUnit:
    case Preprocess::kMeanImage:
    case Preprocess::kChannelMean:
    case Preprocess::kPcaWhiten:
      return unit_scaling(dataset, train, kind);
    case Preprocess::kStandardize:
      return standard_scaling(dataset, train);
    case Preprocess::kNone:
    case Preprocess::kRobust:
      break;
  }
  return {.scale = std::vector<float>(dataset.columns, 1.0F),
          .shift = std::vector<float>(dataset.columns, 0.0F)};
}

}  // namespace hpsearch::nn

#include "nn/data/preprocess.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>

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

// The middle value, or the mean of the two middle values; 0 without values. Reorders them.
double median(std::vector<float>& values) {
  if (values.empty()) {
    return 0.0;
  }
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) {
    return *middle;
  }
  return (static_cast<double>(*std::max_element(values.begin(), middle)) + *middle) / 2.0;
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

// Sums in the order of the rows, so that they are the same on every machine. No square overflows:
// floats end at 3.4e38.
ColumnScaling fit_number_scaling(const Dataset& dataset,
                                 std::span<const std::uint32_t> train,
                                 Preprocess kind) {
  const std::size_t columns = dataset.columns;
  ColumnScaling scaling;
  scaling.fill = fill_values(dataset, train);
  scaling.centre.assign(columns, 0.0);
  scaling.factor.assign(columns, 1.0);
  if (kind == Preprocess::kNone) {
    return scaling;
  }
  std::vector<double> smallest(columns, std::numeric_limits<double>::infinity());
  std::vector<double> largest(columns, -std::numeric_limits<double>::infinity());
  std::vector<double> sum(columns);
  const auto for_each_value = [&](auto&& use) {
    for (const std::uint32_t row : train) {
      const float* x = numbers_of(dataset, row);
      for (std::size_t c = 0; c < columns; ++c) {
        use(c, std::isnan(x[c]) ? scaling.fill[c] : static_cast<double>(x[c]));
      }
    }
  };
  for_each_value([&](std::size_t c, double x) {
    smallest[c] = std::min(smallest[c], x);
    largest[c] = std::max(largest[c], x);
    sum[c] += x;
  });
  const double n = static_cast<double>(train.size());
  if (kind != Preprocess::kStandardize && kind != Preprocess::kPcaWhiten) {
    double of_all = 0.0;  // the mean of all columns as unit has them
    for (std::size_t c = 0; c < columns; ++c) {
      const double range = largest[c] - smallest[c];
      scaling.factor[c] = range > 0.0 ? 1.0 / range : 1.0;
      scaling.centre[c] = smallest[c];
      if (range > 0.0) {
        of_all += (sum[c] / n - smallest[c]) * scaling.factor[c] / static_cast<double>(columns);
        // Not of equal numbers: their mean may be another number by a rounding.
        scaling.centre[c] = kind == Preprocess::kMeanImage ? sum[c] / n : smallest[c];
      }
    }
    for (std::size_t c = 0; c < columns && kind == Preprocess::kChannelMean; ++c) {
      scaling.centre[c] += of_all / scaling.factor[c];
    }
    return scaling;
  }
  for (std::size_t c = 0; c < columns; ++c) {
    scaling.centre[c] = sum[c] / n;
  }
  std::vector<double> squares(columns);
  for_each_value([&](std::size_t c, double x) {
    squares[c] += (x - scaling.centre[c]) * (x - scaling.centre[c]);
  });
  for (std::size_t c = 0; c < columns; ++c) {
    // Not by the squares: the mean of equal numbers may be another number by a rounding.
    scaling.factor[c] = largest[c] > smallest[c] ? 1.0 / std::sqrt(squares[c] / n) : 0.0;
  }
  return scaling;
}

}  // namespace

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
      break;
  }
  return {.scale = std::vector<float>(dataset.columns, 1.0F),
          .shift = std::vector<float>(dataset.columns, 0.0F)};
}

}  // namespace hpsearch::nn

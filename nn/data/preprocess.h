// Features as a network sees them: an affine map for each column, learnt from the training rows
// only. What pca_whiten does behind that is in whitening.h.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "nn/data/dataset.h"

namespace hpsearch::nn {

enum class Preprocess { kNone, kUnit, kStandardize, kMeanImage, kChannelMean, kPcaWhiten, kRobust };

struct PreprocessRow {
  std::string_view name;  // in `dataset.preprocess`
  std::string_view summary;
  Preprocess value;
};

inline constexpr std::array kPreprocessTable{
    PreprocessRow{"none", "the numbers of the file", Preprocess::kNone},
    PreprocessRow{"unit",
                  "the training part spans 0 to 1: bytes on one scale for all columns, other "
                  "numbers each column on its own",
                  Preprocess::kUnit},
    PreprocessRow{"standardize", "each column has mean 0 and deviation 1 on the training part",
                  Preprocess::kStandardize},
    PreprocessRow{"mean_image",
                  "as unit, then each column less its mean on the training part: of images, less "
                  "the mean image",
                  Preprocess::kMeanImage},
    PreprocessRow{"channel_mean",
                  "as unit, then all columns less the one mean of all their values on the training "
                  "part",
                  Preprocess::kChannelMean},
    PreprocessRow{"pca_whiten",
                  "bytes as mean_image, other numbers as standardize, then turned onto the "
                  "principal axes of the training part and divided by sqrt(variance + "
                  "whiten_epsilon)",
                  Preprocess::kPcaWhiten},
    PreprocessRow{"robust",
                  "of a table: each number less its median, divided by its quartiles' distance on "
                  "the training part, then bent to stay within 3; texts and flags stay 0 and 1",
                  Preprocess::kRobust},
};

// Absent: no row has this name.
std::optional<Preprocess> find_preprocess(std::string_view name);
std::string_view name_of(Preprocess value);

// Bytes:   x' = x * scale[c] + shift[c]. Shapes: scale and shift (columns); the rest is empty.
// Numbers: x' = (x - centre[c]) * factor[c] in double precision, then rounded to a float; a missing
//          x (NaN) stands for fill[c]. Shapes: centre, factor and fill (columns); the rest is
//          empty.
struct ColumnScaling {
  std::vector<float> scale = {};
  std::vector<float> shift = {};
  std::vector<double> centre = {};
  std::vector<double> factor = {};
  std::vector<double> fill = {};
};

// Of the values of one column of numbers, in double precision.
struct ColumnStatistics {
  double smallest = 0.0;
  double largest = 0.0;
  double mean = 0.0;
  double deviation = 0.0;  // of the population; above 0 where largest > smallest
};

// x' = (x - centre) * factor
struct AffineMap {
  double centre = 0.0;
  double factor = 1.0;
};

// Sums in the order of the values. Far from 0 the mean keeps the digits in which the values differ.
// Requires at least one value, none missing.
ColumnStatistics column_statistics(std::span<const double> values);

// Of kRobust: less the median, divided by the distance of the quartiles; by half the range where
// these are equal. A constant column becomes 0. Requires at least one value; sorts them.
AffineMap robust_map(std::vector<double>& values);

// What kRobust does last: nearly z around 0, and never beyond 3 or -3 (Holzmueller et al. 2024,
// "Better by Default", section 3.1).
inline double bend(double z) {
  return z / std::sqrt(1.0 + z / 3.0 * (z / 3.0));
}

// What fit_scaling makes of columns of numbers, one map each.
std::vector<AffineMap> scale_columns(std::span<const ColumnStatistics> columns, Preprocess kind);

// From the rows `train` (row numbers) alone; the same on every machine.
//   none: x' = x.
//   unit: the smallest value goes to 0 and the largest to 1, up to rounding; where they are equal,
//     to 0. Bytes: of all columns together; numbers: of each column. Other rows may lie outside
//     [0, 1].
//   standardize: each column less its mean, divided by its population standard deviation; a column
//     that is constant on `train` becomes exactly 0 for every row.
//   mean_image: as unit, then each column less its mean (Krizhevsky et al. 2012, section 2). A
//     column that is constant on `train` becomes exactly 0 there.
//   channel_mean: as unit, then all columns less one number, the mean of all values of all columns
//     (Simonyan and Zisserman 2015, section 2.1, where images have one channel).
//   robust: only FeaturePipeline has it, for tables.
//   pca_whiten: what comes before the rotation: bytes as mean_image, numbers as standardize.
// A missing number is filled with the median of its column's training part (of two middle values
// their mean, and 0 where the training part has none) before anything else is learnt.
// Requires at least one row.
ColumnScaling fit_scaling(const Dataset& dataset,
                          std::span<const std::uint32_t> train,
                          Preprocess kind);

}  // namespace hpsearch::nn

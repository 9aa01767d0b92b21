#include "nn/data/whitening.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <memory>
#include <numeric>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/data/gather.h"
#include "nn/data/training_data.h"
#include "nn/files/data_error.h"
#include "tests/nn/small_data.h"

namespace hpsearch::nn {
namespace {

using testing::Each;

std::vector<std::uint32_t> first_rows(std::size_t count) {
  std::vector<std::uint32_t> rows(count);
  std::iota(rows.begin(), rows.end(), 0U);
  return rows;
}

std::shared_ptr<const Dataset> digits() {
  return std::make_shared<const Dataset>(load_dataset({"digits", {}}));
}

// Three loops in float64: means, then sum (x - mean) (x - mean)' / n.
std::vector<double> covariance(const std::vector<float>& values,
                               std::size_t columns,
                               const std::vector<std::uint32_t>& rows) {
  const double n = static_cast<double>(rows.size());
  std::vector<double> mean(columns);
  for (const std::uint32_t row : rows) {
    for (std::size_t c = 0; c < columns; ++c) {
      mean[c] += static_cast<double>(values[row * columns + c]) / n;
    }
  }
  std::vector<double> result(columns * columns);
  for (const std::uint32_t row : rows) {
    for (std::size_t i = 0; i < columns; ++i) {
      for (std::size_t j = 0; j < columns; ++j) {
        result[i * columns + j] += (static_cast<double>(values[row * columns + i]) - mean[i]) *
                                   (static_cast<double>(values[row * columns + j]) - mean[j]) / n;
      }
    }
  }
  return result;
}

PrincipalAxes axes_of(const Dataset& data, const std::vector<std::uint32_t>& train) {
  return principal_axes(data, fit_scaling(data, train, Preprocess::kPcaWhiten), train);
}

TEST(PrincipalAxes, AreThoseOfTwoColumnsByHand) {
  // Columns of correlation 8 / 10: variances 1.8 and 0.2, axes along (1, 1) and (1, -1).
  const Dataset data = numbers({2, 1, 1, 2, -2, -1, -1, -2, 0, 0}, 2);
  const PrincipalAxes axes = axes_of(data, first_rows(5));
  ASSERT_EQ(axes.variances.size(), 2U);
  EXPECT_NEAR(axes.variances[0], 1.8, 1e-6);
  EXPECT_NEAR(axes.variances[1], 0.2, 1e-6);
  const double half = std::sqrt(0.5);
  EXPECT_NEAR(axes.axes[0], half, 1e-6);
  EXPECT_NEAR(axes.axes[1], half, 1e-6);
  EXPECT_NEAR(std::abs(axes.axes[2]), half, 1e-6);
  EXPECT_NEAR(axes.axes[2] + axes.axes[3], 0.0, 1e-6);
}

TEST(PrincipalAxes, AreUnitVectorsAtRightAnglesThatGiveTheCovarianceBack) {
  const std::shared_ptr<const Dataset> data = digits();
  const std::vector<std::uint32_t> train = first_rows(1000);
  const ColumnScaling scaling = fit_scaling(*data, train, Preprocess::kPcaWhiten);
  const PrincipalAxes axes = principal_axes(*data, scaling, train);
  std::vector<float> x(train.size() * 64);
  gather_rows(*data, scaling, train, x.data(), 64);
  const std::vector<double> expected = covariance(x, 64, train);
  for (std::size_t i = 0; i < 64; ++i) {
    if (i > 0) {
      EXPECT_LE(axes.variances[i], axes.variances[i - 1]);
    }
    double largest = 0.0;
    for (std::size_t j = 0; j < 64; ++j) {
      double product = 0.0;
      double entry = 0.0;
      for (std::size_t k = 0; k < 64; ++k) {
        product += axes.axes[i * 64 + k] * axes.axes[j * 64 + k];
        entry += axes.variances[k] * axes.axes[k * 64 + i] * axes.axes[k * 64 + j];
      }
      EXPECT_NEAR(product, i == j ? 1.0 : 0.0, 1e-12);
      // Sums of 1000 products below 1 in float.
      EXPECT_NEAR(entry, expected[i * 64 + j], 1e-6);
      if (std::abs(axes.axes[i * 64 + j]) > std::abs(largest)) {
        largest = axes.axes[i * 64 + j];
      }
    }
    EXPECT_GT(largest, 0.0) << "axis " << i;
  }
}

TEST(PrincipalAxes, RefuseMoreColumnsThanTheirCovarianceCouldHold) {
  const Dataset data = numbers(std::vector<float>(2 * 4097), 4097);
  try {
    axes_of(data, first_rows(2));
    FAIL();
  } catch (const DataError& error) {
    EXPECT_STREQ(error.what(),
                 "data set 'numbers': pca_whiten of 4097 features, but it takes 4096 at most; "
                 "write `preprocess: standardize`");
  }
}

TEST(Whiten, MakesTheTrainingCovarianceDiagonalAndNearlyOne) {
  for (const double epsilon : {1e-2, 1.0}) {
    const TrainingData data = prepare(digits(), {}, Preprocess::kPcaWhiten, std::nullopt, epsilon);
    const PrincipalAxes axes = axes_of(*digits(), data.split.train);
    const std::vector<double> found = covariance(data.dataset->real_features, 64, data.split.train);
    for (std::size_t i = 0; i < 64; ++i) {
      for (std::size_t j = 0; j < 64; ++j) {
        const double l = axes.variances[i];
        EXPECT_NEAR(found[i * 64 + j], i == j ? l / (l + epsilon) : 0.0, 2e-5) << i << " " << j;
      }
    }
  }
}

TEST(Whiten, TurnsAndScalesARowAsTheAxesSay) {
  const std::shared_ptr<const Dataset> data = digits();
  const TrainingData whitened = prepare(data, {}, Preprocess::kPcaWhiten);
  const std::vector<std::uint32_t>& train = whitened.split.train;
  const ColumnScaling scaling = fit_scaling(*data, train, Preprocess::kPcaWhiten);
  const PrincipalAxes axes = axes_of(*data, train);
  for (const std::uint32_t row : {0U, 1023U, 1024U, 1796U}) {
    std::vector<float> x(64);
    std::vector<float> z(64);
    gather_rows(*data, scaling, {&row, 1}, x.data(), 64);
    gather_rows(*whitened.dataset, whitened.scaling, {&row, 1}, z.data(), 64);
    for (std::size_t k = 0; k < 64; ++k) {
      double expected = 0.0;
      for (std::size_t c = 0; c < 64; ++c) {
        expected += axes.axes[k * 64 + c] * static_cast<double>(x[c]);
      }
      EXPECT_NEAR(z[k], expected / std::sqrt(axes.variances[k] + 1e-2), 1e-5);
    }
  }
}

TEST(Whiten, KeepsWhatIsNoFeature) {
  const std::shared_ptr<const Dataset> data = digits();
  const TrainingData whitened = prepare(data, {}, Preprocess::kPcaWhiten);
  EXPECT_EQ(whitened.split.train, split_rows(*data, {}).train);
  EXPECT_EQ(whitened.dataset->labels, data->labels);
  EXPECT_EQ(whitened.dataset->classes, 10U);
  EXPECT_EQ(whitened.dataset->files.size(), data->files.size());
  EXPECT_TRUE(whitened.dataset->features.empty());
  EXPECT_EQ(whitened.dataset->image, ImageShape{}) << "an axis is no pixel";
  EXPECT_FALSE(data->features.empty()) << "the one that came in is as it was";
}

TEST(Whiten, FreesTheFeaturesThatCameIn) {
  std::shared_ptr<const Dataset> data = digits();
  const std::weak_ptr<const Dataset> watched = data;
  const TrainingData whitened = prepare(std::move(data), {}, Preprocess::kPcaWhiten);
  EXPECT_TRUE(watched.expired());
}

TEST(Whiten, LearnsFromTheTrainingRowsOnly) {
  const Dataset data = *digits();
  const std::vector<std::uint32_t> train = split_rows(data, {}).train;
  Dataset changed = data;
  for (std::uint32_t row = 0; row < data.rows; ++row) {
    if (!std::binary_search(train.begin(), train.end(), row)) {
      std::fill_n(changed.features.begin() + row * 64, 64, std::uint8_t{200});
    }
  }
  const PrincipalAxes before = axes_of(data, train);
  const PrincipalAxes after = axes_of(changed, train);
  EXPECT_EQ(before.variances, after.variances);
  EXPECT_EQ(before.axes, after.axes);
}

TEST(Whiten, TakesDirectionsWithoutVarianceToZeroForAnyEpsilon) {
  // A constant column, two that are equal on the training part, missing values.
  const float missing = std::numeric_limits<float>::quiet_NaN();
  const auto data = std::make_shared<const Dataset>(numbers({7, 1, 1, missing,  //
                                                             7, 2, 2, 5,        //
                                                             7, 4, 4, missing,  //
                                                             7, 9, 9, 6,        //
                                                             8, 0, 1, 0},
                                                            4));
  const Split split{.train = {0, 1, 2, 3}, .validation = {4}, .test = {}};
  for (const double epsilon : {1e-2, 1e-300}) {
    const TrainingData whitened =
        prepare_split(data, split, Preprocess::kPcaWhiten, std::nullopt, epsilon);
    for (std::size_t row = 0; row < 5; ++row) {
      const float* z = whitened.dataset->real_features.data() + row * 4;
      EXPECT_LT(std::abs(z[0]), 100.0F) << row;
      EXPECT_LT(std::abs(z[1]), 100.0F) << row;
      EXPECT_EQ(z[2], 0.0F) << row;
      EXPECT_EQ(z[3], 0.0F) << row;
    }
  }
}

TEST(Whiten, TakesASingleRowToZero) {
  const Dataset one = numbers({1, 2, 3, 4}, 2);
  const ColumnScaling scaling = fit_scaling(one, first_rows(1), Preprocess::kPcaWhiten);
  const PrincipalAxes axes = principal_axes(one, scaling, first_rows(1));
  EXPECT_THAT(axes.variances, Each(0.0));
  EXPECT_THAT(whiten(one, scaling, axes, 1e-2).real_features, Each(0.0F));
}

TEST(Whiten, StandardisesTheNumbersOfATableFirst) {
  // Otherwise the axes would be those of the column in the smallest unit.
  std::vector<float> values;
  for (int i = 0; i < 50; ++i) {
    values.push_back(static_cast<float>(i % 7));
    values.push_back(static_cast<float>(1000 * (i % 5)));
  }
  std::vector<float> scaled = values;
  for (std::size_t i = 0; i < scaled.size(); i += 2) {
    scaled[i] *= 1024.0F;
  }
  const PrincipalAxes a = axes_of(numbers(values, 2), first_rows(50));
  const PrincipalAxes b = axes_of(numbers(scaled, 2), first_rows(50));
  EXPECT_NEAR(a.variances[0] + a.variances[1], 2.0, 1e-6);
  EXPECT_EQ(a.variances, b.variances);
}

TEST(FashionMnist, HasTheMeansAndVariancesOfItsTrainingImages) {
  if (!std::filesystem::exists("/usr/share/datasets/fashion-mnist")) {
    GTEST_SKIP() << "needs the package dataset-fashion-mnist";
  }
  const Dataset data = load_dataset({"fashion-mnist", {}});
  const std::vector<std::uint32_t> train = first_rows(60'000);

  // The row of a black image holds minus the means.
  const ColumnScaling channel = fit_scaling(data, train, Preprocess::kChannelMean);
  EXPECT_THAT(channel.shift, Each(testing::FloatNear(-0.28604060219F, 1e-7F)));
  const ColumnScaling image = fit_scaling(data, train, Preprocess::kMeanImage);
  double norm = 0.0;
  for (const float shift : image.shift) {
    norm += static_cast<double>(shift) * static_cast<double>(shift);
  }
  EXPECT_NEAR(std::sqrt(norm), 9.676615585785, 1e-6);
  EXPECT_NEAR(-*std::min_element(image.shift.begin(), image.shift.end()), 0.63480935759, 1e-7);

  const PrincipalAxes axes = axes_of(data, train);
  const double total = std::accumulate(axes.variances.begin(), axes.variances.end(), 0.0);
  EXPECT_NEAR(total, 68.216262750, 1e-5);
  const double top[] = {19.809475974, 12.112008954, 4.106088272, 3.381772115, 2.624726551};
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_NEAR(axes.variances[i], top[i], 1e-6 * top[i]) << i;
  }
  std::size_t components = 0;
  for (double sum = 0.0; sum < 0.95 * total; ++components) {
    sum += axes.variances[components];
  }
  EXPECT_EQ(components, 187U);
  EXPECT_GT(axes.variances.back(), 1e-9) << "no pixel is a combination of the others";
}

}  // namespace
}  // namespace hpsearch::nn

#include "nn/data/preprocess.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/base/random.h"
#include "nn/data/gather.h"
#include "tests/nn/small_data.h"

namespace hpsearch::nn {
namespace {

using testing::Each;
using testing::ElementsAre;

// Random bytes; labels alternate.
Dataset random_dataset(std::size_t rows, std::size_t columns, std::uint64_t seed) {
  Dataset data;
  data.name = "random";
  data.rows = rows;
  data.columns = columns;
  data.classes = 2;
  Stream stream(seed, Purpose::kSample);
  for (std::size_t i = 0; i < rows * columns; ++i) {
    data.features.push_back(static_cast<std::uint8_t>(stream.below(256)));
  }
  for (std::size_t row = 0; row < rows; ++row) {
    data.labels.push_back(static_cast<std::uint32_t>(row % 2));
  }
  return data;
}

std::vector<std::uint32_t> first_rows(std::size_t count) {
  std::vector<std::uint32_t> rows(count);
  std::iota(rows.begin(), rows.end(), 0U);
  return rows;
}

std::vector<float> scaled(const Dataset& data,
                          const ColumnScaling& scaling,
                          const std::vector<std::uint32_t>& rows) {
  std::vector<float> out(rows.size() * data.columns);
  gather_rows(data, scaling, rows, out.data(), data.columns);
  return out;
}

TEST(Preprocess, FindsEachRowOfItsTableByName) {
  for (const PreprocessRow& row : kPreprocessTable) {
    EXPECT_EQ(find_preprocess(row.name), row.value);
    EXPECT_EQ(name_of(row.value), row.name);
  }
  EXPECT_EQ(find_preprocess("zca"), std::nullopt);
}

TEST(Preprocess, NoneKeepsTheNumbers) {
  const Dataset data = random_dataset(10, 7, 1);
  const std::vector<float> out =
      scaled(data, fit_scaling(data, first_rows(5), Preprocess::kNone), first_rows(10));
  EXPECT_TRUE(std::equal(out.begin(), out.end(), data.features.begin(), data.features.end()));
}

TEST(Preprocess, UnitTakesTheTrainingPartToZeroAndOne) {
  // Each pair of smallest and largest value, in the training rows; 0 and 255 in another row.
  Dataset data = random_dataset(2, 2, 1);
  for (int low = 0; low < 256; ++low) {
    for (int high = low + 1; high < 256; ++high) {
      data.features = {static_cast<std::uint8_t>(low), static_cast<std::uint8_t>(high), 0, 255};
      const std::vector<float> out =
          scaled(data, fit_scaling(data, first_rows(1), Preprocess::kUnit), first_rows(1));
      // x * scale and shift are below 2^8, where a float's last bit is 2^-16; each rounds once.
      ASSERT_NEAR(out[0], 0.0F, 0x1p-15F) << low << " " << high;
      ASSERT_NEAR(out[1], 1.0F, 0x1p-15F) << low << " " << high;
    }
  }
}

TEST(Preprocess, UnitTakesZeroTo255ToExactEnds) {
  Dataset data = random_dataset(1, 2, 1);
  data.features = {0, 255};
  EXPECT_THAT(scaled(data, fit_scaling(data, first_rows(1), Preprocess::kUnit), first_rows(1)),
              ElementsAre(0.0F, 1.0F));
}

TEST(Preprocess, UnitTakesAConstantDataSetToZero) {
  Dataset data = random_dataset(2, 2, 1);
  data.features = {7, 7, 7, 9};
  EXPECT_THAT(scaled(data, fit_scaling(data, first_rows(1), Preprocess::kUnit), first_rows(2)),
              ElementsAre(0.0F, 0.0F, 0.0F, 2.0F));
}

TEST(Preprocess, StandardizeGivesEachColumnMeanZeroAndDeviationOne) {
  const Dataset data = random_dataset(500, 9, 2);
  const std::vector<float> out =
      scaled(data, fit_scaling(data, first_rows(400), Preprocess::kStandardize), first_rows(400));
  for (std::size_t c = 0; c < data.columns; ++c) {
    double sum = 0.0;
    double squares = 0.0;
    for (std::size_t row = 0; row < 400; ++row) {
      const double x = out[row * data.columns + c];
      sum += x;
      squares += x * x;
    }
    EXPECT_NEAR(sum / 400, 0.0, 1e-6);
    EXPECT_NEAR(squares / 400, 1.0, 1e-6);
  }
}

TEST(Preprocess, StandardizeSumsExactlyBeyondOneBlock) {
  // Half the rows 254, half 255, in more rows than 32-bit sums of squares can hold.
  Dataset data = random_dataset(2, 1, 1);
  data.features = {254, 255};
  std::vector<std::uint32_t> rows(150'000);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i] = static_cast<std::uint32_t>(i % 2);
  }
  const ColumnScaling scaling = fit_scaling(data, rows, Preprocess::kStandardize);
  EXPECT_THAT(scaling.scale, ElementsAre(2.0F));
  EXPECT_THAT(scaling.shift, ElementsAre(-509.0F));
}

TEST(Preprocess, StandardizeTakesConstantColumnsToExactlyZero) {
  Dataset data = random_dataset(3, 3, 1);
  data.features = {0, 255, 1, 0, 255, 3, 9, 8, 7};
  const std::vector<float> out =
      scaled(data, fit_scaling(data, first_rows(2), Preprocess::kStandardize), first_rows(3));
  EXPECT_THAT(out, ElementsAre(0.0F, 0.0F, -1.0F, 0.0F, 0.0F, 1.0F, 0.0F, 0.0F, 5.0F));
}

TEST(Preprocess, StandardizesASingleRowToZero) {
  const Dataset data = random_dataset(2, 5, 3);
  EXPECT_THAT(
      scaled(data, fit_scaling(data, first_rows(1), Preprocess::kStandardize), first_rows(2)),
      Each(0.0F));
}

TEST(Preprocess, MeanImageTakesTheMeanOfEachColumnFromTheUnitImage) {
  // On [0, 255] the columns' training means are 51, 102 and 255: a fifth, two fifths, all.
  Dataset data = random_dataset(3, 3, 1);
  data.features = {0, 0, 255, 102, 204, 255, 51, 51, 0};
  const std::vector<float> out =
      scaled(data, fit_scaling(data, first_rows(2), Preprocess::kMeanImage), first_rows(3));
  const float expected[] = {-0.2F, -0.4F, 0.0F, 0.2F, 0.4F, 0.0F, 0.0F, -0.2F, -1.0F};
  for (std::size_t i = 0; i < 9; ++i) {
    EXPECT_NEAR(out[i], expected[i], 1e-7) << i;
  }
  EXPECT_EQ(out[2], 0.0F) << "a constant column is exactly 0";
}

TEST(Preprocess, ChannelMeanTakesOneMeanFromAllColumns) {
  // The training values' mean is 102, two fifths of the range.
  Dataset data = random_dataset(2, 4, 1);
  data.features = {0, 255, 102, 51, 0, 0, 255, 255};
  const std::vector<float> out =
      scaled(data, fit_scaling(data, first_rows(1), Preprocess::kChannelMean), first_rows(2));
  const float expected[] = {-0.4F, 0.6F, 0.0F, -0.2F, -0.4F, -0.4F, 0.6F, 0.6F};
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_NEAR(out[i], expected[i], 1e-7) << i;
  }
}

TEST(Preprocess, LearnsFromTheTrainingRowsOnly) {
  Dataset data = random_dataset(100, 6, 4);
  const std::vector<std::uint32_t> train = first_rows(60);
  std::fill(data.features.begin(), data.features.begin() + 60 * 6, std::uint8_t{100});
  data.features[5] = 120;
  for (const PreprocessRow& row : kPreprocessTable) {
    const ColumnScaling before = fit_scaling(data, train, row.value);
    Dataset changed = data;
    for (std::size_t i = 60 * 6; i < changed.features.size(); ++i) {
      changed.features[i] = static_cast<std::uint8_t>(255 - changed.features[i]);
    }
    const ColumnScaling after = fit_scaling(changed, train, row.value);
    EXPECT_EQ(before.scale, after.scale) << row.name;
    EXPECT_EQ(before.shift, after.shift) << row.name;
  }
}

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();

TEST(PreprocessNumbers, FillsMissingOnesWithTheMedianOfTheTrainingPart) {
  // Columns of 4, 3 and 0 values in the first five rows.
  const Dataset data = numbers({1, 5, kMissing,         //
                                9, kMissing, kMissing,  //
                                2, 7, kMissing,         //
                                4, kMissing, kMissing,  //
                                kMissing, 1, kMissing,  //
                                kMissing, kMissing, 8},
                               3);
  const ColumnScaling scaling = fit_scaling(data, first_rows(5), Preprocess::kNone);
  EXPECT_THAT(scaling.fill, ElementsAre(3.0, 5.0, 0.0));
  EXPECT_THAT(scaled(data, scaling, {4, 5}), ElementsAre(3, 1, 0, 3, 5, 8));
}

TEST(PreprocessNumbers, UnitTakesEachColumnToZeroAndOne) {
  const Dataset data = numbers({-5, 1000, 7, 5, 3000, 7, 0, 2000, 7, 10, 5000, 9}, 3);
  const ColumnScaling scaling = fit_scaling(data, first_rows(3), Preprocess::kUnit);
  EXPECT_THAT(scaled(data, scaling, first_rows(4)),
              ElementsAre(0, 0, 0, 1, 1, 0, 0.5F, 0.5F, 0, 1.5F, 2, 2));
}

TEST(PreprocessNumbers, MeanImageTakesTheMeanOfEachColumnAfterUnit) {
  // In [0, 1] the training columns are 0, 1, 0.5 and 0, 0.5, 1 and a constant.
  const Dataset data = numbers({-5, 1000, 7, 5, 3000, 7, 0, 5000, 7, 10, 1000, 9}, 3);
  const ColumnScaling scaling = fit_scaling(data, first_rows(3), Preprocess::kMeanImage);
  EXPECT_THAT(scaled(data, scaling, first_rows(4)),
              ElementsAre(-0.5F, -0.5F, 0, 0.5F, 0, 0, 0, 0.5F, 0, 1, -0.5F, 2));
}

TEST(PreprocessNumbers, ChannelMeanTakesOneMeanFromAllColumnsAfterUnit) {
  // In [0, 1] the training columns are 0, 1 and 0, 1 and 0, 0: a mean of a third.
  const Dataset data = numbers({-5, 1000, 7, 5, 3000, 7, 0, 2000, 8}, 3);
  const ColumnScaling scaling = fit_scaling(data, first_rows(2), Preprocess::kChannelMean);
  const std::vector<float> out = scaled(data, scaling, first_rows(3));
  const double third = 1.0 / 3.0;
  const double unit[] = {0, 0, 0, 1, 1, 0, 0.5, 0.5, 1};
  for (std::size_t i = 0; i < 9; ++i) {
    EXPECT_NEAR(out[i], unit[i] - third, 1e-7) << i;
  }
}

TEST(PreprocessNumbers, StandardizeGivesMeanZeroAndDeviationOneAtAnyScale) {
  for (const double scale : {1e-37, 1e-3, 1.0, 1e6, 1e36}) {
    Stream random(22, Purpose::kSample);
    std::vector<float> values;
    for (int i = 0; i < 300; ++i) {
      values.push_back(static_cast<float>((random.uniform() - 0.3) * scale));
      values.push_back(3.0F);
      values.push_back(static_cast<float>(random.below(2)));
    }
    const Dataset data = numbers(values, 3);
    const std::vector<float> out =
        scaled(data, fit_scaling(data, first_rows(300), Preprocess::kStandardize), first_rows(300));
    for (const std::size_t c : {0U, 2U}) {
      double sum = 0.0;
      double squares = 0.0;
      for (std::size_t row = 0; row < 300; ++row) {
        sum += out[row * 3 + c];
        squares += out[row * 3 + c] * out[row * 3 + c];
        EXPECT_EQ(out[row * 3 + 1], 0.0F);
      }
      EXPECT_NEAR(sum / 300, 0.0, 1e-6);
      EXPECT_NEAR(squares / 300, 1.0, 1e-6);
    }
  }
}

TEST(PreprocessNumbers, TakesAColumnThatIsConstantInTrainingToZeroEverywhere) {
  // The mean of three times 0.1 is not 0.1 in binary.
  const Dataset data = numbers({0.1F, 0.1F, 0.1F, 7.0F, kMissing}, 1);
  const ColumnScaling scaling = fit_scaling(data, first_rows(3), Preprocess::kStandardize);
  EXPECT_THAT(scaled(data, scaling, first_rows(5)), Each(0.0F));
}

TEST(PreprocessNumbers, KeepsTheDigitsOfLargeNumbers) {
  const Dataset data = numbers({1'000'000, 1'000'001, 1'000'002, 1'000'003}, 1);
  const std::vector<float> out =
      scaled(data, fit_scaling(data, first_rows(4), Preprocess::kStandardize), first_rows(4));
  const double deviation = std::sqrt(1.25);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_FLOAT_EQ(out[i], static_cast<float>((static_cast<double>(i) - 1.5) / deviation));
  }
}

TEST(PreprocessNumbers, LearnsFromTheTrainingRowsOnly) {
  Dataset data = numbers({1, kMissing, 3, 2, 5, 4, 7, 8}, 2);
  for (const PreprocessRow& row : kPreprocessTable) {
    const ColumnScaling before = fit_scaling(data, first_rows(2), row.value);
    Dataset changed = data;
    changed.real_features[4] = 1e6F;
    changed.real_features[7] = kMissing;
    const ColumnScaling after = fit_scaling(changed, first_rows(2), row.value);
    EXPECT_EQ(before.centre, after.centre) << row.name;
    EXPECT_EQ(before.factor, after.factor) << row.name;
    EXPECT_EQ(before.fill, after.fill) << row.name;
  }
}

TEST(GatherRows, WritesTheRowsInOrderAndLeavesThePaddingAlone) {
  for (const std::size_t columns : {1U, 3U, 16U, 63U, 64U, 65U, 784U}) {
    const Dataset data = random_dataset(20, columns, columns);
    const std::vector<std::uint32_t> rows{19, 0, 7, 7, 3, 11, 2, 18, 1};
    const ColumnScaling scaling = fit_scaling(data, rows, Preprocess::kStandardize);
    const std::size_t stride = columns + 5;
    std::vector<float> out(rows.size() * stride, -99.0F);
    gather_rows(data, scaling, rows, out.data(), stride);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      for (std::size_t c = 0; c < stride; ++c) {
        const float expected =
            c < columns
                ? static_cast<float>(data.features[rows[i] * columns + c]) * scaling.scale[c] +
                      scaling.shift[c]
                : -99.0F;
        ASSERT_EQ(out[i * stride + c], expected) << columns << " " << i << " " << c;
      }
    }
  }
}

TEST(GatherRows, WritesNothingForNoRows) {
  const Dataset data = random_dataset(2, 2, 1);
  gather_rows(data, fit_scaling(data, first_rows(2), Preprocess::kUnit), {},
              static_cast<float*>(nullptr), 2);
}

}  // namespace
}  // namespace hpsearch::nn

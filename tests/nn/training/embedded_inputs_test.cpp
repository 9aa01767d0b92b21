// What `preprocess: robust` makes of a table, and what of it a network reads in bins.
#include "nn/training/embedded_inputs.h"

#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/files/data_error.h"
#include "tests/nn/data/table_files.h"

namespace hpsearch::nn {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Rows 0 to 6 are trained on; of `size` row 7 is an outlier, and `pole` does not vary in training.
constexpr char kTable[] =
    "size,city,lift,pole,level,y\n"
    "1,Rome,no,5,10,1\n"
    "2,Oslo,yes,5,10,2\n"
    ",Bern,no,5,10,3\n"
    "4,Rome,yes,5,10,4\n"
    "9,Oslo,no,5,10,5\n"
    "3,Bern,yes,5,10,6\n"
    "7,Rome,no,5,16,7\n"
    "1000,Oslo,yes,6,10,8\n"
    ",Bern,no,5,13,9\n";

TrainingData robust_data(const test::TempFolder& folder) {
  folder.write("t.csv", kTable);
  const DatasetSource source{
      .source = "t.csv", .base_folder = folder.path(), .task = Task::kRegression};
  Split split{.train = {0, 1, 2, 3, 4, 5, 6}, .validation = {7, 8}, .test = {}};
  return prepare_split(std::make_shared<const Dataset>(load_dataset(source)), std::move(split),
                       Preprocess::kRobust);
}

// numpy.median and numpy.quantile of the training rows, the gap filled with the median of the six
// others, 3.5: the quartiles of 1 2 3 3.5 4 7 9 are 2.5 and 5.5. Six of seven values of `level` are
// the same: half the range 16 - 10 takes the quartiles' place.
TEST(Robust, ScalesByQuartilesAndBends) {
  const test::TempFolder folder;
  const TrainingData data = robust_data(folder);
  const Dataset& table = *data.dataset;
  // size, its flag, three cities, lift, level; pole is left out.
  ASSERT_EQ(table.columns, 7U);
  const auto bent = [](double z) { return z / std::sqrt(1.0 + z / 3.0 * (z / 3.0)); };
  const std::vector<double> sizes{1, 2, 3.5, 4, 9, 3, 7, 1000, 3.5};
  const std::vector<double> levels{10, 10, 10, 10, 10, 10, 16, 10, 13};
  for (std::size_t row = 0; row < sizes.size(); ++row) {
    const float* x = table.real_features.data() + row * table.columns;
    EXPECT_NEAR(x[0], bent((sizes[row] - 3.5) / 3.0), 1e-6) << row;
    EXPECT_EQ(x[1], row == 2 || row == 8 ? 1.0F : 0.0F) << row;
    EXPECT_EQ(x[2] + x[3] + x[4], 1.0F) << row;
    EXPECT_EQ(x[5], row % 2 == 0 ? -1.0F : 1.0F) << row;
    EXPECT_NEAR(x[6], bent((levels[row] - 10.0) / 3.0), 1e-6) << row;
  }
}

TEST(Robust, NeedsATable) {
  auto numbers = std::make_shared<Dataset>();
  *numbers = load_dataset({.source = "digits"});
  EXPECT_THAT(test::data_error_of([&] {
                prepare_split(numbers, Split{.train = {0, 1}, .validation = {2}, .test = {}},
                              Preprocess::kRobust);
              }),
              HasSubstr("'preprocess: robust' goes with tables alone"));
}

TEST(NetworkInputs, HaveBinsOfNumbersButNotOfFlagsAndLevels) {
  const test::TempFolder folder;
  const TrainingData data = robust_data(folder);
  Settings settings;
  EXPECT_TRUE(network_inputs(settings, data).binned.empty());
  settings.embedding = Embedding::kPle;
  settings.bins = 3;
  const NetworkInputs inputs = network_inputs(settings, data);
  EXPECT_EQ(inputs.numbers, 7U);
  ASSERT_EQ(inputs.binned.size(), 2U);
  EXPECT_EQ(inputs.binned[0].input, 0U);
  EXPECT_EQ(inputs.binned[1].input, 6U);
  // 3 bins of 1 2 3 3.5 4 7 9; quantiles of the scaled and bent values, of which each is one.
  const std::vector<float>& edges = inputs.binned[0].edges;
  ASSERT_EQ(edges.size(), 4U);
  const auto value = [&](std::size_t row) { return data.dataset->real_features[row * 7]; };
  EXPECT_THAT(edges, ElementsAre(value(0), value(5), value(3), value(4)));
  EXPECT_EQ(inputs.binned[1].edges.size(), 2U);
  EXPECT_EQ(inputs.bins(), 4U);
  EXPECT_EQ(inputs.all(), 11U);
}

}  // namespace
}  // namespace hpsearch::nn

// Importance of columns for networks whose weights are known.
#include "nn/model/permutation_importance.h"

#include <cmath>
#include <numeric>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "nn/base/random.h"
#include "nn/model/linear_baseline.h"
#include "tests/nn/model/model_runs.h"

namespace hpsearch::nn {
namespace {

// A table with a number that decides the target, one that does not, and a text of three levels.
struct Houses {
  Houses() {
    Stream stream(4, Purpose::kSample);
    std::string csv = "area,noise,city,price\n";
    for (int row = 0; row < 900; ++row) {
      const double area = stream.normal();
      csv += fmt::format("{},{},{},{}\n", area, stream.normal(),
                         std::vector{"Rome", "Oslo", "Bern"}[stream.below(3)], 50.0 + 10.0 * area);
    }
    folder.write("t.csv", csv);
    SplitSpec split;
    split.test = PartSize::none();
    split.validation = PartSize::rows(400);
    data = prepare(std::make_shared<const Dataset>(
                       load_dataset({.source = "t.csv", .base_folder = folder.path()})),
                   split, Preprocess::kStandardize);
  }

  // Of a network without hidden layers; one weight a feature.
  TrainedModel model(std::vector<float> weights, float bias) const {
    Trainer network(linear_settings(small_settings({})), data, 1);
    EXPECT_TRUE(network.set_weights(WeightSet{{"layers.0.weight", {weights.size(), 1}, weights},
                                              {"layers.0.bias", {1}, {bias}}}));
    return model_of(network.network(), linear_settings(small_settings({})), data);
  }

  ColumnImportances importance(const TrainedModel& model,
                               const std::string& metric,
                               const ImportanceLimits& limits = {}) const {
    return *permutation_importance(model, *data.dataset, data.split.validation, metric, limits);
  }

  test::TempFolder folder;
  TrainingData data;
};

const ColumnImportance& of(const ColumnImportances& all, const std::string& name) {
  for (const ColumnImportance& column : all.columns) {
    if (column.column == name) {
      return column;
    }
  }
  throw std::runtime_error("no column " + name);
}

TEST(PermutationImportance, IsZeroForWhatIsIgnoredAndLargeForWhatDecides) {
  const Houses houses;
  ASSERT_EQ(houses.data.dataset->columns, 5U);
  // Both standardised: the price is the area.
  const ColumnImportances found = houses.importance(houses.model({1, 0, 0, 0, 0}, 0), "val_r2");
  EXPECT_EQ(found.metric, "r2");
  EXPECT_EQ(found.rows, 400U);
  EXPECT_EQ(found.permutations, 10U);
  ASSERT_EQ(found.columns.size(), 3U);
  EXPECT_EQ(found.columns[0].column, "area");
  for (const char* ignored : {"noise", "city"}) {
    EXPECT_EQ(of(found, ignored).mean, 0.0);
    EXPECT_EQ(of(found, ignored).deviation, 0.0);
  }
  // With the cells of the only column in random order, the mean squared error is twice the
  // variance.
  EXPECT_NEAR(found.columns[0].mean, 2.0, 0.15);
  EXPECT_GT(found.columns[0].deviation, 0.0);
  EXPECT_LT(found.columns[0].deviation, 0.3);
}

TEST(PermutationImportance, IsARiseOfAnErrorInItsOwnUnit) {
  const Houses houses;
  const ColumnImportances found = houses.importance(houses.model({1, 0, 0, 0, 0}, 0), "val_rmse");
  EXPECT_NEAR(found.columns[0].mean, std::sqrt(2.0) * houses.data.targets[0].deviation, 1.0);
}

// The levels of a city exclude each other, so what is the same for all of them says nothing.
// Features that moved one by one would not keep their sum.
TEST(PermutationImportance, MovesAllFeaturesOfAColumnTogether) {
  const Houses houses;
  std::vector<float> sum{0, 0};
  for (const PipelineColumn& column : houses.data.pipeline->columns()) {
    for (std::size_t i = 0; column.rule.kind == ColumnKind::kCategory && i < 3; ++i) {
      sum.push_back(static_cast<float>(1.0 / column.factor[i]));
    }
  }
  ASSERT_EQ(sum.size(), 5U);
  const ColumnImportances found = houses.importance(houses.model(sum, 0), "val_mae");
  EXPECT_NEAR(of(found, "city").mean, 0.0, 1e-5);
  sum[2] = 0;
  EXPECT_GT(std::abs(of(houses.importance(houses.model(sum, 0), "val_mae"), "city").mean), 0.01);
}

// Shares of 100 rows, of which ten sums are multiples of a thousandth: anything less is rounding.
TEST(PermutationImportance, OfAnAccuracyIsZeroWhereItsSharesCancelOut) {
  const test::TempFolder folder;
  Stream stream(9, Purpose::kSample);
  std::string csv = "a,b,kind\n";
  for (int row = 0; row < 300; ++row) {
    const double a = stream.normal();
    csv += fmt::format("{},{},{}\n", a, stream.normal(), a + 0.3 * stream.normal() > 0.0);
  }
  folder.write("t.csv", csv);
  SplitSpec split;
  split.test = PartSize::none();
  split.validation = PartSize::rows(100);
  const TrainingData data = prepare(std::make_shared<const Dataset>(load_dataset(
                                        {.source = "t.csv", .base_folder = folder.path()})),
                                    split, Preprocess::kStandardize);
  const auto outputs = static_cast<std::size_t>(network_outputs(*data.dataset));
  int cancelled = 0;
  for (int step = 1; step <= 60; ++step) {
    const Settings settings = linear_settings(small_settings({}));
    std::vector<float> weights(2 * outputs, 0.0F);
    weights[outputs - 1] = 1.0F;
    weights[2 * outputs - 1] = 0.005F * static_cast<float>(step);
    Trainer network(settings, data, 1);
    ASSERT_TRUE(network.set_weights(
        WeightSet{{"layers.0.weight", {2, outputs}, weights},
                  {"layers.0.bias", {outputs}, std::vector<float>(outputs, 0.0F)}}));
    const auto found = permutation_importance(model_of(network.network(), settings, data),
                                              *data.dataset, data.split.validation, "val_accuracy");
    const double mean = of(*found, "b").mean;
    EXPECT_TRUE(mean == 0.0 || std::abs(mean) > 0.0009) << mean;
    cancelled += mean == 0.0 && of(*found, "b").deviation > 0.0 ? 1 : 0;
  }
  EXPECT_GT(cancelled, 0);
}

TEST(PermutationImportance, IsTheSameEachTimeAndKeepsItsLimits) {
  const Houses houses;
  const TrainedModel model = houses.model({1, 0.5, 0.1F, -0.2F, 0}, 0);
  const ColumnImportances a = houses.importance(model, "val_loss");
  const ColumnImportances b = houses.importance(model, "val_loss");
  ASSERT_EQ(a.columns.size(), b.columns.size());
  for (std::size_t i = 0; i < a.columns.size(); ++i) {
    EXPECT_EQ(a.columns[i].mean, b.columns[i].mean);
  }
  EXPECT_EQ(houses.importance(model, "val_loss", {.rows = 250}).rows, 250U);
  // 3106 a row, 3 columns, 10 permutations.
  const ColumnImportances fewer =
      houses.importance(model, "val_loss", {.cost = 3106ULL * 3 * 10 * 60});
  EXPECT_EQ(fewer.permutations, 5U);
  EXPECT_EQ(fewer.rows, 120U);
  const ColumnImportances none =
      houses.importance(model, "val_loss", {.cost = 3106ULL * 3 * 5 * 99});
  EXPECT_TRUE(none.columns.empty());
  EXPECT_EQ(none.objection, "3 columns take too long for a network of this size");
  EXPECT_EQ(houses.importance(model, "grad_norm").metric, "loss");
  EXPECT_EQ(houses.importance(model, "val_accuracy").metric, "loss") << "not of a regression";
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(permutation_importance(model, *houses.data.dataset, houses.data.split.validation,
                                      "val_loss", {}, stop.get_token()));
}

TEST(PermutationImportance, LeavesImagesAlone) {
  const Houses houses;
  TrainedModel model = houses.model({1, 0, 0, 0, 0}, 0);
  model.inputs.image = {1, 5};
  EXPECT_TRUE(houses.importance(model, "val_loss").columns.empty());
  EXPECT_NE(houses.importance(model, "val_loss").objection, "");
}

}  // namespace
}  // namespace hpsearch::nn

// The estimate of a recipe's time: against measured times, and for the searches that `init` writes.

#include "runner/sweep_file/recipe_cost.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "runner/sweep_file/sweep_file.h"
#include "runner/sweep_file/sweep_template.h"
#include "runner/yaml/yaml_reader.h"

namespace hpsearch::runner {
namespace {

TableFacts facts(std::size_t features, std::vector<std::size_t> distinct) {
  return {.features = features, .distinct = std::move(distinct)};
}

const TableFacts kCalifornia = facts(14, {821, 844, 52, 1000, 1000, 1000, 1000, 1000});
const TableFacts kBikes = facts(18, {1000, 4, 2, 12, 24, 2, 7, 2, 4, 49, 65, 88, 30});
const TableFacts kWine = facts(11, {63, 114, 85, 285, 141, 115, 237, 785, 97, 76, 93});
const TableFacts kPupils = facts(38, {8, 5, 5, 4, 4, 4, 5, 5, 5, 5, 5, 5, 24});

// CPU microseconds per row and epoch, measured by runs of the program on four of the tables of
// tests/bench/real, on a virtual machine whose two cores other programs used as well. The formula
// is of one that is less busy.
TEST(RecipeCost, IsNearMeasuredTimes) {
  struct Measured {
    const TableFacts& table;
    RecipeNetwork network;
    double microseconds;
  };
  const std::vector<Measured> all{
      {kCalifornia, {128, 2, 0, false, 256}, 3.76},  {kCalifornia, {128, 2, 32, false, 256}, 4.89},
      {kCalifornia, {128, 2, 128, false, 256}, 6.8}, {kCalifornia, {128, 2, 32, false, 64}, 5.37},
      {kCalifornia, {256, 2, 32, false, 256}, 13.3}, {kCalifornia, {256, 3, 32, false, 256}, 22.4},
      {kCalifornia, {128, 3, 32, false, 256}, 7.16}, {kCalifornia, {128, 2, 0, true, 256}, 5.58},
      {kCalifornia, {128, 2, 128, true, 64}, 11.9},  {kCalifornia, {256, 3, 0, true, 256}, 19.9},
      {kCalifornia, {256, 3, 0, false, 256}, 18.2},  {kBikes, {128, 2, 32, false, 256}, 4.96},
      {kBikes, {256, 2, 128, false, 128}, 19.5},     {kBikes, {256, 3, 64, false, 256}, 21.0},
      {kWine, {128, 2, 32, false, 256}, 4.43},       {kWine, {256, 3, 32, false, 256}, 21.8},
      {kWine, {256, 3, 0, true, 256}, 21.5},         {kWine, {256, 2, 128, false, 128}, 28.7},
      {kPupils, {128, 2, 0, true, 32}, 9.14},        {kPupils, {256, 3, 128, true, 16}, 42.3},
      {kPupils, {256, 2, 0, true, 16}, 23.7},        {kPupils, {256, 2, 16, false, 16}, 22.8},
      {kPupils, {128, 2, 0, false, 16}, 7.23}};
  double logarithms = 0.0;
  for (const Measured& one : all) {
    const double ratio = row_microseconds(one.table, one.network) / one.microseconds;
    EXPECT_GT(ratio, 0.5) << one.network.width << "x" << one.network.layers;
    EXPECT_LT(ratio, 1.3) << one.network.width << "x" << one.network.layers;
    logarithms += std::log(ratio);
  }
  EXPECT_NEAR(std::exp(logarithms / static_cast<double>(all.size())), 0.85, 0.06);
}

// By hand: a network of 100 rows in 10 epochs, judged once an epoch; three trials, of which none is
// trained again.
TEST(RecipeCost, AddsUpTrialsFoldsAndMembers) {
  TableRecipe recipe;
  recipe.epochs = 10;
  recipe.first = {{128, 2, 0, false, 256}};
  recipe.searched = {{128, 2, 0, false, 256}, {256, 2, 0, false, 256}};
  TableFacts table = kCalifornia;
  table.rows = 100;
  const double small = row_microseconds(table, recipe.searched[0]);
  const double large = row_microseconds(table, recipe.searched[1]);
  const double mean = (small + large) / 2.0;
  const double seconds = 1.1 * (small + 2.0 * mean) * 100 * 10 / 1e6 / 2.0;
  EXPECT_NEAR(search_seconds(recipe, table, {.trials = 3}), seconds, 1e-12);
  EXPECT_NEAR(search_seconds(recipe, table, {.trials = 3, .folds = 5}), 5.0 * seconds, 1e-12);
  EXPECT_GT(search_seconds(recipe, table, {.trials = 3, .members = 2, .all_rows = 150}), seconds);
}

nn::Dataset table_of(std::size_t rows, std::size_t columns, nn::Task task) {
  nn::Dataset table;
  table.rows = rows;
  table.columns = columns;
  table.task = task;
  table.classes = task == nn::Task::kRegression ? 0 : 2;
  for (std::size_t row = 0; table.classes > 0 && row < rows; ++row) {
    table.labels.push_back(static_cast<std::uint32_t>(row % 2));
  }
  return table;
}

// The rows that all trials of the written file train on, times the weights of the layers behind the
// first on average: all that a network of few columns costs, but for a factor.
double work_of(const search::SweepSpec& spec, std::size_t rows) {
  double products = 128.0 * 128.0;
  if (const search::Parameter* hidden = search::find_parameter(spec.space, "hidden")) {
    products = 0.0;
    const auto& values = std::get<search::Categorical>(hidden->distribution).values;
    for (const nn::Value& value : values) {
      const auto& widths = std::get<nn::ValueList>(value);
      products += widths.front().number() * widths.front().number() *
                  static_cast<double>(widths.size() - 1) / static_cast<double>(values.size());
    }
  }
  const double folds = std::max(spec.dataset.folds, 1);
  return static_cast<double>(spec.limits.trials) * folds * 0.64 * static_cast<double>(rows) *
         spec.settings.at("epochs").number() * products;
}

// A weight takes at least 0.00007 microseconds a row, as the 256-256-256 networks above show. These
// products alone, which are about half the work, stay within the time.
TEST(SweepTemplate, EndsWithinAMinute) {
  for (const std::size_t rows : {300U, 1'000U, 2'500U, 4'900U, 9'000U, 15'000U, 30'000U}) {
    for (const std::size_t columns : {5U, 30U, 60U}) {
      for (const nn::Task task : {nn::Task::kRegression, nn::Task::kBinary}) {
        SCOPED_TRACE(fmt::format("{} rows, {} columns, {}", rows, columns, nn::to_text(task)));
        const std::string text = sweep_template(table_of(rows, columns, task), "digits", "", false,
                                                std::vector<std::size_t>(columns, 400));
        std::vector<Diagnostic> diagnostics;
        const auto spec =
            read_sweep(*parse_yaml({"s.yaml", text}, diagnostics), "s", {}, diagnostics);
        ASSERT_TRUE(spec);
        EXPECT_GE(spec->limits.trials, 3);
        EXPECT_LE(spec->limits.trials, 16);
        EXPECT_GE(spec->limits.trials, spec->ensemble.trials);
        EXPECT_LT(0.00007 * work_of(*spec, rows), 2.0 * 45.0 * 1e6);
      }
    }
  }
}

// Large regressions that learn rows by heart are tried where there is time for them.
TEST(SweepTemplate, TriesALargeNetworkSecond) {
  const auto text = [](std::size_t rows) {
    return sweep_template(table_of(rows, 11, nn::Task::kRegression), "digits", "", false,
                          std::vector<std::size_t>(11, 100));
  };
  const std::string large =
      "  - {hidden: [256, 256, 256], embedding: pbld, dropout: 0, learning_rate: 0.1, "
      "weight_decay: 0";
  EXPECT_NE(text(3'200).find(large), std::string::npos);
  EXPECT_NE(text(9'000).find(large), std::string::npos);
  EXPECT_EQ(text(1'000).find(large), std::string::npos);
  EXPECT_EQ(text(20'000).find(large), std::string::npos);
}

}  // namespace
}  // namespace hpsearch::runner

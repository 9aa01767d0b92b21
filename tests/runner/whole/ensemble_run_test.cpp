// What users get of an ensemble beside its predictions, with the real program.
#include <cmath>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/runner/whole/folds_sweeps.h"
#include "tests/support/csv_cells.h"

namespace hpsearch::runner {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(EnsembleRun, IsWhatItsExportsName) {
  const Table folder(folds_sweep(", folds: 3", ""));
  ASSERT_EQ(folder.run().code, 0);
  const auto text = [&](const std::string& format) {
    const auto result = folder.call({"export", "--format", format, "--out", "exported." + format});
    EXPECT_EQ(result.code, 0) << result.err;
    std::ifstream file(folder.path() / ("exported." + format), std::ios::binary);
    return std::string{std::istreambuf_iterator<char>(file), {}};
  };
  const std::string members = folder.query(
      "SELECT group_concat('trial ' || t.number || ', fold ' || m.fold || ', epoch ' || m.epoch || "
      "', share 0.3333', '; ') FROM ensemble_members m JOIN trials t USING(trial_id)");
  const std::string code = text("c");
  EXPECT_THAT(code, HasSubstr("ensemble: 3 networks: " + members + "\n"));
  EXPECT_THAT(code, Not(HasSubstr("   trial: ")));
  EXPECT_THAT(code, Not(HasSubstr("   value: ")));
  EXPECT_THAT(text("onnx"), HasSubstr("3 networks: " + members));
}

// The same trial of a sweep without an ensemble is the truth.
TEST(EnsembleRun, IsNotWhatATrialOfItPredicts) {
  const Table alone(folds_sweep("", ""));
  ASSERT_EQ(alone.run().code, 0);
  const Table folder(folds_sweep("", "ensemble: {trials: 3, steps: 6}\n"));
  ASSERT_EQ(folder.run().code, 0);
  const std::string best = folder.query("SELECT trial FROM best_trials");
  ASSERT_EQ(alone.query("SELECT trial FROM best_trials"), best);
  const auto trial = folder.call({"predict", "new.csv", "--probabilities", "--trial", best});
  ASSERT_EQ(trial.code, 0) << trial.err;
  EXPECT_EQ(trial.out, alone.call({"predict", "new.csv", "--probabilities"}).out);
  EXPECT_NE(trial.out, folder.call({"predict", "new.csv", "--probabilities"}).out);
}

// The figures beside the baselines are those of the ensemble's own test metrics, and the columns
// those of the table.
TEST(EnsembleRun, IsWhatTheExplanationOfFoldsExplains) {
  const Table folder(folds_sweep(", folds: 3", ""));
  ASSERT_EQ(folder.run().code, 0);
  const auto report = nlohmann::json::parse(folder.report({"--json"}).out);
  const auto& explanation = report.at("explanation");
  ASSERT_EQ(explanation.at("baselines").size(), 1U) << explanation;
  const auto& part = explanation.at("baselines")[0];
  EXPECT_EQ(part.at("part"), "test");
  EXPECT_NEAR(
      part.at("network").at("accuracy").get<double>(),
      std::stod(folder.query("SELECT value FROM ensemble_metrics WHERE name = 'test_accuracy'")),
      1e-12);
  std::vector<std::string> columns;
  for (const auto& column : explanation.at("columns").at("columns")) {
    columns.push_back(column.at("column"));
  }
  EXPECT_THAT(columns, testing::UnorderedElementsAre("a", "b", "word"));
  EXPECT_NE(columns.front(), "word") << "it counts a tenth of the numbers";
}

// A network learns standardised targets, so that an offset moves its predictions and nothing else;
// 1e9 in float32 would have steps of 64.
TEST(EnsembleRun, TakesTargetsWithALargeOffset) {
  std::vector<std::vector<double>> predictions;
  std::vector<double> losses;
  for (const double offset : {0.0, 1e9}) {
    std::string yaml = folds_sweep(", folds: 3", "ensemble: {trials: 3, steps: 6}\n");
    const auto replace = [&](const std::string& from, const std::string& to) {
      yaml.replace(yaml.find(from), from.size(), to);
    };
    replace("target: kind", "target: y, task: regression");
    replace("val_accuracy", "val_rmse");
    const Table folder(yaml);
    const auto table = [&](std::size_t rows) {
      std::string text = "a,b,y\n";
      for (std::size_t i = 0; i < rows; ++i) {
        const auto a = static_cast<double>(i * 37 % 101);
        const auto b = static_cast<double>(i * 53 % 89);
        text += fmt::format("{},{},{:.3f}\n", a, b, offset + a - 0.5 * b);
      }
      return text;
    };
    folder.write("table.csv", table(260));
    const auto result = folder.run();
    ASSERT_EQ(result.code, 0) << result.err;
    const auto predicted = folder.call({"predict", "table.csv"});
    ASSERT_EQ(predicted.code, 0) << predicted.err;
    predictions.emplace_back();
    for (const auto& row : test::csv_body(predicted.out)) {
      predictions.back().push_back(std::stod(row.back()) - offset);
    }
    ASSERT_EQ(predictions.back().size(), 260U);
    losses.push_back(
        std::stod(folder.query("SELECT value FROM ensemble_metrics WHERE name = 'val_loss'")));
  }
  EXPECT_NEAR(losses[1], losses[0], 1e-4 * losses[0]);
  double apart = 0.0;
  for (std::size_t i = 0; i < predictions[0].size(); ++i) {
    apart = std::max(apart, std::abs(predictions[1][i] - predictions[0][i]));
  }
  EXPECT_LT(apart, 0.01) << "of targets from -44 to 100";
}

}  // namespace
}  // namespace hpsearch::runner

// Sweeps over robust tables with embedded inputs, with the real binary.
#include <cmath>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/files/safetensors.h"
#include "tests/runner/run_support.h"
#include "tests/support/csv_cells.h"

namespace hpsearch::runner {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string table() {
  std::string text = "a,b,kind,y\n";
  for (int i = 0; i < 260; ++i) {
    const int a = i * 37 % 101;
    const int b = i * 53 % 89;
    const int kind = i % 3;
    text += fmt::format("{},{},{},{}\n", a, i % 11 == 0 ? "" : std::to_string(b),
                        kind == 0   ? "red"
                        : kind == 1 ? "green"
                                    : "blue",
                        3 * a - b + (a > 50 ? 40 : 0) + 10 * kind);
  }
  return text;
}

std::string sweep(const std::string& model, const std::string& parameters = "") {
  return "name: embedded\nseed: 1\nrun_cap: 6\n"
         "dataset: {source: t.csv, target: y, task: regression, preprocess: robust, "
         "validation: 40, test: 40}\n"
         "metric: {name: val_rmse}\n"
         "model: {hidden: [24], activation: mish, parametrization: ntk" +
         model +
         "}\n"
         "training: {epochs: 6, batch_size: 16, optimizer: adamw, beta2: 0.95, best_by: loss}\n"
         "parameters:\n"
         "  learning_rate: {min: 0.01, max: 0.1, scale: log}\n" +
         parameters;
}

TEST(EmbeddedRun, SearchesEmbeddingsAndPredictsByTheWinner) {
  const std::string yaml = sweep(", scaling: true, bins: 7, frequencies: 4",
                                 "  embedding: {values: [none, ple, pbld, ple_pbld]}\n"
                                 "  sigma: {values: [0.03, 0.3]}\n"
                                 "  embedding_rate: {values: [0.1, 1]}\n");
  const RunFolder folder(yaml);
  folder.write("t.csv", table());
  const auto resolved = test::run_hpsearch(folder.path(), {"check", "sweep.yaml", "--resolved"});
  ASSERT_EQ(resolved.code, 0) << resolved.err;
  EXPECT_THAT(resolved.out, AllOf(HasSubstr("preprocess: robust"), HasSubstr("bins: 7")));
  const auto run = folder.run();
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(folder.query("SELECT count(*) FROM trials WHERE state = 'complete'"), "6");
  EXPECT_NE(folder.query("SELECT count(*) FROM params WHERE name = 'embedding' AND value <> "
                         "'none'"),
            "0");
  RunFolder again(resolved.out);
  again.write("t.csv", table());
  ASSERT_EQ(again.run().code, 0);
  EXPECT_EQ(again.digest(), folder.digest());
}

TEST(EmbeddedRun, KeepsBinsAndPeriodicEmbeddingsWithTheModel) {
  const RunFolder folder(sweep(", embedding: ple_pbld, bins: 7, frequencies: 4"));
  folder.write("t.csv", table());
  // a and b have 7 bins each and three waves; b also has a flag, and kind has three levels.
  const auto check =
      test::run_hpsearch(folder.path(), {"check", "sweep.yaml", "--gradients", "--sanity"});
  ASSERT_EQ(check.code, 0) << check.out << check.err;
  EXPECT_THAT(check.out,
              AllOf(HasSubstr("model: 26-24-1, 719 parameters"),
                    HasSubstr("PBLD-1        [16, 6]        46  4 frequencies of 2 numeric "
                              "inputs"),
                    HasSubstr("PLE-2         [16, 14]         0  bins of 2 numeric inputs"),
                    HasSubstr("ok    memorising 20 rows")));
  EXPECT_THAT(check.out, HasSubstr("embedding.frequency"));
  const auto run = folder.run();
  ASSERT_EQ(run.code, 0) << run.err;
  const std::string best = "hpsearch.db.files/sweep1/best.safetensors";
  const nn::SafetensorsFile file = nn::read_safetensors(folder.path() / best);
  EXPECT_EQ(file.metadata.at("bins"), R"({"inputs":[0,1],"edges":[8,8]})");
  EXPECT_EQ(file.metadata.at("embedded"), "[0,1]");
  EXPECT_THAT(file.metadata.at("layout"), HasSubstr("then each bin"));
  // Of the test rows the file predicts what the sweep's end wrote, whose error is the test metric.
  const auto predict = test::run_hpsearch(folder.path(), {"predict", "t.csv", "--keep", "a,b"});
  ASSERT_EQ(predict.code, 0) << predict.err;
  const auto predicted = test::csv_body(predict.out);
  ASSERT_EQ(predicted.size(), 260U);
  std::ifstream written(folder.path() / folder.query("SELECT path FROM artifacts WHERE name = "
                                                     "'prediction_table'"));
  const auto tested = test::csv_body({std::istreambuf_iterator<char>(written), {}});
  ASSERT_EQ(tested.size(), 40U);
  double squares = 0.0;
  for (const auto& row : tested) {
    const auto at = static_cast<std::size_t>(std::stoul(row.at(0)));
    EXPECT_NEAR(std::stod(predicted.at(at).back()), std::stod(row.at(2)), 1e-4) << at;
    squares += std::pow(std::stod(row.at(1)) - std::stod(predicted.at(at).back()), 2.0) / 40.0;
  }
  EXPECT_NEAR(std::sqrt(squares),
              std::stod(folder.query("SELECT value FROM metrics WHERE name = 'test_rmse'")), 1e-4);
  // Trained again without the file, the winner is the same.
  const std::string winner = folder.query("SELECT trial FROM best_trials");
  folder.query("DELETE FROM artifacts");
  const auto again =
      test::run_hpsearch(folder.path(), {"predict", "t.csv", "--keep", "a,b", "--trial", winner});
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_THAT(again.err, HasSubstr("again up to epoch"));
  EXPECT_EQ(again.out, predict.out);
  const auto bf16 = test::run_hpsearch(folder.path(), {"predict", "t.csv", "--precision", "bf16"});
  EXPECT_EQ(bf16.code, 1) << bf16.out;
  EXPECT_THAT(bf16.err, HasSubstr("embedded inputs are computed in float32"));
}

TEST(EmbeddedRun, RefusesWhatDoesNotGoTogether) {
  const RunFolder folder(sweep(", embedding: ple, input_dropout: 0.2"));
  folder.write("t.csv", table());
  const auto check = test::run_hpsearch(folder.path(), {"check", "sweep.yaml"});
  EXPECT_EQ(check.code, 2);
  EXPECT_THAT(check.err, HasSubstr("'input_dropout' would drop a column's value and keep its "
                                   "embedding; leave one of the two out"));
  folder.write("digits.yaml",
               "dataset: {source: digits, preprocess: robust}\n"
               "parameters: {learning_rate: {min: 0.01, max: 0.1}}\n");
  const auto digits = test::run_hpsearch(folder.path(), {"check", "digits.yaml"});
  EXPECT_EQ(digits.code, 2);
  EXPECT_THAT(digits.err, HasSubstr("'preprocess: robust' goes with tables alone; write "
                                    "preprocess: standardize"));
  folder.write("bins.yaml", sweep(", bins: 8"));
  const auto bins = test::run_hpsearch(folder.path(), {"check", "bins.yaml"});
  EXPECT_EQ(bins.code, 0) << "a warning";
  EXPECT_THAT(bins.err, HasSubstr("bins.yaml:6:63: warning: 'bins' has no effect with embedding: "
                                  "none; it needs ple, ple_pbld"));
}

}  // namespace
}  // namespace hpsearch::runner

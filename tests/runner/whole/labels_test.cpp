// Labels of a rare class by the real program: the threshold decides what predict writes, and
// nothing else.
#include <array>
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/runner/run_support.h"
#include "tests/support/csv_cells.h"

namespace hpsearch::runner {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// "yes" is the rarer, the smaller x is; noise keeps its probability away from 0 and 1.
std::string made_table(int rows, unsigned state) {
  std::string text = "x,z,y\n";
  const auto draw = [&] {
    state = state * 1664525U + 1013904223U;
    return static_cast<double>(state >> 8U) / 16777216.0;
  };
  for (int row = 0; row < rows; ++row) {
    const double x = draw();
    text += fmt::format("{:.4f},{:.4f},{}\n", x, draw(), draw() < 0.4 * x * x ? "yes" : "no");
  }
  return text;
}

std::size_t rows_of(const test::Cells& rows, const std::string& label) {
  return static_cast<std::size_t>(
      std::count_if(rows.begin(), rows.end(), [&](const auto& row) { return row[2] == label; }));
}

class Rare : public RunFolder {
 public:
  explicit Rare(const std::string& threshold, const std::string& more = "")
      : RunFolder(fmt::format("name: rare\n"
                              "run_cap: 3\n"
                              "metric: {{name: val_loss}}\n"
                              "dataset:\n"
                              "  source: train.csv\n"
                              "  validation: rest.csv\n"
                              "  test: none\n"
                              "{}"
                              "model: {{hidden: [8]}}\n"
                              "training: {{epochs: 8, batch_size: 16, optimizer: adam}}\n"
                              "parameters:\n"
                              "  learning_rate: {{min: 1e-3, max: 0.02, scale: log}}\n"
                              "{}",
                              threshold,
                              more)) {
    write("train.csv", made_table(400, 1));
    write("rest.csv", made_table(300, 2));
    const auto result = run();
    EXPECT_EQ(result.code, 0) << result.err;
  }

  // prediction, probability_no, probability_yes, y
  test::Cells predicted() const {
    return test::csv_body(
        test::run_hpsearch(path(), {"predict", "rest.csv", "--probabilities", "--keep", "y"}).out);
  }
  nlohmann::json eval() const {
    return nlohmann::json::parse(test::run_hpsearch(path(), {"eval", "rest.csv", "--json"}).out,
                                 nullptr, false);
  }
};

struct Truth {
  double accuracy = 0.0;
  double balanced_accuracy = 0.0;
  double f1 = 0.0;
};

// By the definitions, from counts of rows: [true][label].
Truth truth_above(const test::Cells& rows, double threshold) {
  std::array<std::array<double, 2>, 2> n{};
  for (const auto& row : rows) {
    n[row[0] == "yes" ? 1 : 0][std::stod(row[3]) > threshold ? 1 : 0] += 1.0;
  }
  const double no = n[0][0] + n[0][1];
  const double yes = n[1][0] + n[1][1];
  return {(n[0][0] + n[1][1]) / (no + yes), (n[0][0] / no + n[1][1] / yes) / 2.0,
          n[0][0] / (no + n[0][0] + n[1][0]) + n[1][1] / (yes + n[0][1] + n[1][1])};
}

void expect_rule(const nlohmann::json& rule, const Truth& truth) {
  EXPECT_NEAR(rule.at("accuracy").get<double>(), truth.accuracy, 1e-12);
  EXPECT_NEAR(rule.at("balanced_accuracy").get<double>(), truth.balanced_accuracy, 1e-12);
  EXPECT_NEAR(rule.at("f1").get<double>(), truth.f1, 1e-12);
}

TEST(Labels, OfARareClassComeFromItsShare) {
  const Rare rare("  threshold: share\n");
  const test::Cells trained = test::csv_body(rare.read("train.csv"));
  const double share =
      static_cast<double>(rows_of(trained, "yes")) / static_cast<double>(trained.size());
  ASSERT_LT(share, 0.2);
  const test::Cells rows = rare.predicted();
  ASSERT_EQ(rows.size(), 300U);
  std::size_t decided = 0;
  for (const auto& row : rows) {
    const double yes = std::stod(row[3]);
    EXPECT_EQ(row[1], yes > share ? "yes" : "no") << yes;
    decided += yes > share && yes < 0.5 ? 1 : 0;
  }
  EXPECT_GT(decided, 30U) << "the threshold decides nothing";

  const nlohmann::json eval = rare.eval();
  const nlohmann::json& rules = eval.at("labels").at("rules");
  ASSERT_EQ(rules.size(), 2U);
  EXPECT_EQ(rules[0].at("rule"), "most_probable");
  EXPECT_EQ(rules[1].at("rule"), "share");
  EXPECT_TRUE(rules[1].at("used").get<bool>());
  EXPECT_NEAR(rules[1].at("threshold").get<double>(), share, 1e-12);
  expect_rule(rules[0], truth_above(rows, 0.5));
  expect_rule(rules[1], truth_above(rows, share));
  EXPECT_GT(rules[1].at("balanced_accuracy"), rules[0].at("balanced_accuracy"));
  // Metrics are those of training; the confusion matrix is of the labels.
  EXPECT_EQ(eval.at("metrics").at("accuracy"), rules[0].at("accuracy"));
  EXPECT_TRUE(eval.at("metrics").contains("auc"));
  const nlohmann::json& matrix = eval.at("confusion");
  EXPECT_NEAR(matrix[0][0].get<double>() + matrix[1][1].get<double>(),
              300.0 * rules[1].at("accuracy").get<double>(), 1e-9);

  const std::string report = rare.report().out;
  EXPECT_THAT(report, HasSubstr("labels: predict writes 'yes' where its probability is above "));
  EXPECT_EQ(nlohmann::json::parse(rare.report({"--json"}).out).at("explanation").at("labels"),
            eval.at("labels"));
  // The table that the sweep leaves has the same labels; its columns: row, true, prediction, ...
  for (const auto& row :
       test::csv_body(rare.read("hpsearch.db.files/sweep1/best.predictions.csv"))) {
    EXPECT_EQ(row[2], std::stod(row[4]) > share ? "yes" : "no");
  }
}

TEST(Labels, LeaveTrainingAsItIs) {
  const Rare by_share("  threshold: share\n");
  const Rare by_default("");
  const Rare by_number("  threshold: 0.31\n");
  EXPECT_EQ(by_share.digest(), by_default.digest());
  EXPECT_EQ(by_number.digest(), by_default.digest());
  for (const auto& row : by_default.predicted()) {
    EXPECT_EQ(row[1], std::stod(row[3]) > 0.5 ? "yes" : "no");
  }
  const nlohmann::json rules = by_number.eval().at("labels").at("rules");
  ASSERT_EQ(rules.size(), 3U);
  EXPECT_EQ(rules[2].at("rule"), "threshold");
  EXPECT_TRUE(rules[2].at("used").get<bool>());
  expect_rule(rules[2], truth_above(by_number.predicted(), 0.31));
  const auto resolved =
      test::run_hpsearch(by_default.path(), {"check", "sweep.yaml", "--resolved"});
  EXPECT_THAT(resolved.out, HasSubstr("threshold: 0.5"));
}

// An ensemble takes the share of all rows that it has for training, and a trial that is trained
// again that of its own.
TEST(Labels, OfEnsemblesAndOtherTrialsFollowTheThreshold) {
  const Rare rare("  threshold: share\n", "ensemble: {trials: 3}\n");
  test::Cells pool = test::csv_body(rare.read("train.csv"));
  const test::Cells rest = test::csv_body(rare.read("rest.csv"));
  const auto share_of = [](const test::Cells& rows) {
    return static_cast<double>(rows_of(rows, "yes")) / static_cast<double>(rows.size());
  };
  const double own = share_of(pool);
  pool.insert(pool.end(), rest.begin(), rest.end());
  for (const auto& row : rare.predicted()) {
    EXPECT_EQ(row[1], std::stod(row[3]) > share_of(pool) ? "yes" : "no");
  }
  EXPECT_NEAR(rare.eval().at("labels").at("rules")[1].at("threshold").get<double>(), share_of(pool),
              1e-12);
  const std::string other =
      test::run_hpsearch(rare.path(), {"predict", "rest.csv", "--probabilities", "--trial", "0"})
          .out;
  for (const auto& row : test::csv_body(other)) {
    EXPECT_EQ(row[0], std::stod(row[2]) > own ? "yes" : "no");
  }
}

}  // namespace
}  // namespace hpsearch::runner

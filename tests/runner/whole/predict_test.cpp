// predict and eval, with the real program.
#include <cmath>

#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "nn/settings/precision.h"
#include "test_locations.h"
#include "tests/runner/run_support.h"
#include "tests/support/csv_cells.h"

namespace hpsearch::runner {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// Rows of numbers, missing values, texts and targets of every kind.
std::string made_table(std::size_t rows, std::uint64_t seed, char separator = ',') {
  std::uint64_t state = seed;
  const auto below = [&](std::uint64_t n) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return (state >> 33U) % n;
  };
  const std::vector<std::string> cities{"Rome", "Oslo", "Bern"};
  std::string text = fmt::format(
      "{}\n", fmt::join(std::vector{"id", "area", "city", "old", "price", "kind", "sold"},
                        std::string(1, separator)));
  for (std::size_t row = 0; row < rows; ++row) {
    const double area = 20.0 + static_cast<double>(below(18000)) / 100.0;
    const std::size_t city = below(3);
    const bool old = below(2) == 1;
    const double price =
        area * 3000.0 + static_cast<double>(city) * 20000.0 + static_cast<double>(below(9000));
    const std::vector<std::string> cells{fmt::format("r{}-{}", seed, row),
                                         below(8) == 0 ? "" : fmt::format("{}", area),
                                         cities[city],
                                         old ? "yes" : "no",
                                         fmt::format("{}", price),
                                         area < 70.0    ? "flat"
                                         : area < 140.0 ? "house"
                                                        : "villa",
                                         price > 300000.0 || old ? "1" : "0"};
    text += fmt::format("{}\n", fmt::join(cells, std::string(1, separator)));
  }
  return text;
}

struct Case {
  std::string name;
  std::string target;
  std::string drop;  // the other targets
  std::string metric;
};

const std::vector<Case> kCases{{"regression", "price", "kind, sold", "val_rmse"},
                               {"r2", "price", "kind, sold", "val_r2"},
                               {"classes", "kind", "price, sold", "val_accuracy"},
                               {"loss", "kind", "price, sold", "val_log_loss"},
                               {"binary", "sold", "price, kind", "val_auc"}};

std::string sweep_for(const Case& c, const std::string& more = "") {
  return fmt::format(
      "name: houses\n"
      "seed: 2\n"
      "run_cap: 4\n"
      "metric: {{name: {}}}\n"
      "dataset:\n"
      "  source: train.csv\n"
      "  target: {}\n"
      "  validation: rest.csv\n"
      "  columns: {{drop: [id, {}]}}\n"
      "{}"
      "model: {{hidden: [24, 12]}}\n"
      "training: {{epochs: 5, batch_size: 16}}\n"
      "parameters:\n"
      "  learning_rate: {{min: 1e-3, max: 0.05, scale: log}}\n",
      c.metric, c.target, c.drop, more);
}

class Houses : public RunFolder {
 public:
  explicit Houses(const Case& c,
                  const std::string& more = "",
                  const std::vector<std::string>& options = {})
      : RunFolder(sweep_for(c, more)) {
    write("train.csv", made_table(240, 1));
    write("rest.csv", made_table(100, 2));
    const auto result = run(options);
    EXPECT_EQ(result.code, 0) << result.err;
  }
  test::ProcessResult call(const std::vector<std::string>& arguments) const {
    return test::run_hpsearch(path(), arguments);
  }
  nlohmann::json eval(const std::vector<std::string>& more) const {
    std::vector<std::string> arguments{"eval", "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto result = call(arguments);
    EXPECT_EQ(result.code, 0) << result.err;
    return nlohmann::json::parse(result.out, nullptr, false);
  }
  double best_value() const {
    return std::stod(query("SELECT printf('%!.17g', value) FROM best_trials"));
  }
};

TEST(Eval, GivesTheStoredMetricOnTheValidationRows) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.name);
    const Houses houses(c);
    const nlohmann::json json = houses.eval({"rest.csv"});
    const std::string metric = c.metric == "val_log_loss" ? "loss" : c.metric.substr(4);
    EXPECT_NEAR(json["metrics"].value(metric, 0.0), houses.best_value(),
                1e-6 * std::max(1.0, std::abs(houses.best_value())));
    EXPECT_EQ(json["rows"], 100);
    EXPECT_EQ(json["bad_rows"], 0);
    EXPECT_TRUE(json["baseline"].contains(metric));
  }
}

TEST(Eval, GivesTheStoredMetricOfBfloat16) {
  if (!nn::bfloat16_objection().empty()) {
    GTEST_SKIP() << nn::bfloat16_objection();
  }
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.name);
    const Houses houses(c, "", {"--set", "training.precision=bf16"});
    const std::string metric = c.metric == "val_log_loss" ? "loss" : c.metric.substr(4);
    EXPECT_NEAR(houses.eval({"rest.csv"})["metrics"].value(metric, 0.0), houses.best_value(),
                1e-6 * std::max(1.0, std::abs(houses.best_value())));
  }
}

TEST(Eval, GivesTheMetricOfATrialThatIsTrainedAgain) {
  const Houses houses(kCases[0]);
  const std::string other =
      houses.query("SELECT number FROM trials WHERE state = 'complete' ORDER BY score DESC");
  const double value = std::stod(houses.query(
      fmt::format("SELECT printf('%!.17g', value) FROM trials WHERE number = {}", other)));
  EXPECT_NE(value, houses.best_value());
  const auto json = houses.eval({"rest.csv", "--trial", other});
  EXPECT_NEAR(json["metrics"].value("rmse", 0.0), value, 1e-6 * value);
  EXPECT_THAT(houses.call({"predict", "rest.csv", "--trial", other}).err,
              StartsWith(fmt::format("training trial {} again up to epoch ", other)));
  houses.write("train.csv", made_table(240, 3));
  const auto changed = houses.call({"predict", "rest.csv", "--trial", other});
  EXPECT_EQ(changed.code, 2);
  EXPECT_THAT(changed.err, HasSubstr(fmt::format("trial {} cannot be trained again: ", other)));
}

TEST(Eval, ShowsBaselineAndConfusionMatrix) {
  const Houses houses(kCases[2]);
  const std::string out = houses.call({"eval", "rest.csv"}).out;
  EXPECT_THAT(out, HasSubstr("of houses: 100 rows\nmetric "));
  EXPECT_THAT(out, HasSubstr(", the most frequent class of the training rows\n"));
  EXPECT_THAT(out, HasSubstr(" of 100 evaluated rows correct; rows are true classes"));
  const auto json = houses.eval({"rest.csv"});
  std::size_t rows = 0;
  for (const auto& line : json["confusion"]) {
    for (const auto& count : line) {
      rows += count.get<std::size_t>();
    }
  }
  EXPECT_EQ(rows, 100U);
  EXPECT_EQ(json["classes"], (nlohmann::json{"flat", "house", "villa"}));
}

TEST(Predict, SaysThatNumbersHaveNoProbabilities) {
  const Houses houses(kCases[0]);
  const auto plain = houses.call({"predict", "rest.csv"});
  const auto asked = houses.call({"predict", "rest.csv", "--probabilities"});
  EXPECT_EQ(asked.code, 0);
  EXPECT_EQ(asked.out, plain.out);
  EXPECT_THAT(asked.err, HasSubstr("--probabilities adds nothing"));
}

TEST(Predict, WritesKeysPredictionsAndProbabilities) {
  const Houses houses(kCases[2]);
  const auto result = houses.call({"predict", "rest.csv", "--keep", "id,city", "--probabilities"});
  EXPECT_EQ(result.code, 0) << result.err;
  const auto rows = test::csv_cells(result.out);
  ASSERT_EQ(rows.size(), 101U);
  EXPECT_THAT(rows[0], ElementsAre("id", "city", "prediction", "probability_flat",
                                   "probability_house", "probability_villa"));
  const auto table = test::csv_cells(houses.read("rest.csv"));
  std::size_t correct = 0;
  for (std::size_t row = 1; row < rows.size(); ++row) {
    EXPECT_EQ(rows[row][0], table[row][0]);
    EXPECT_EQ(rows[row][1], table[row][2]);
    const double sum = std::stod(rows[row][3]) + std::stod(rows[row][4]) + std::stod(rows[row][5]);
    EXPECT_NEAR(sum, 1.0, 1e-12);
    correct += rows[row][2] == table[row][5] ? 1U : 0U;
  }
  EXPECT_DOUBLE_EQ(static_cast<double>(correct) / 100.0, houses.best_value());
}

TEST(Predict, ReadsPackedTablesStdinAndJson) {
  const Houses houses(kCases[0]);
  const std::string plain = houses.call({"predict", "rest.csv"}).out;
  EXPECT_THAT(plain, StartsWith("prediction\n"));
  houses.write("semicolons.csv", made_table(100, 2, ';'));
  EXPECT_EQ(houses.call({"predict", "semicolons.csv"}).out, plain);
  ASSERT_EQ(std::system(fmt::format("cd '{0}' && gzip -k rest.csv && '{1}' predict - < rest.csv.gz "
                                    "> piped.csv",
                                    houses.path().string(), HPSEARCH_BINARY)
                            .c_str()),
            0);
  EXPECT_EQ(houses.call({"predict", "rest.csv.gz"}).out, plain);
  EXPECT_EQ(houses.read("piped.csv"), plain);
  const auto lines = houses.call({"predict", "rest.csv", "--json", "--keep", "id"}).out;
  const auto first = nlohmann::json::parse(lines.substr(0, lines.find('\n')));
  EXPECT_EQ(first["id"], "r2-0");
  EXPECT_EQ(first["prediction"].get<double>(), std::stod(test::csv_cells(plain)[1][0]));
}

TEST(Predict, WritesItsFileWholeOrNotAtAll) {
  const Houses houses(kCases[0]);
  const auto done = houses.call({"predict", "rest.csv", "--out", "p.csv"});
  EXPECT_EQ(done.code, 0);
  EXPECT_THAT(done.err, HasSubstr("wrote p.csv: 100 predictions of trial "));
  const std::string written = houses.read("p.csv");
  EXPECT_EQ(written, houses.call({"predict", "rest.csv"}).out);
  const auto taken = houses.call({"predict", "rest.csv", "--out", "p.csv"});
  EXPECT_EQ(taken.code, 2);
  EXPECT_THAT(taken.err, HasSubstr("p.csv: already exists"));
  std::string broken = houses.read("rest.csv") + "only,three,cells\n";
  houses.write("broken.csv", broken);
  EXPECT_EQ(houses.call({"predict", "broken.csv", "--out", "p.csv", "--force"}).code, 2);
  EXPECT_EQ(houses.read("p.csv"), written) << "the earlier file stays";
  EXPECT_EQ(houses.call({"predict", "broken.csv", "--out", "q.csv"}).code, 2);
  EXPECT_FALSE(std::filesystem::exists(houses.path() / "q.csv"));
}

TEST(Predict, RefusesAnArrayWhereColumnsWereTexts) {
  const Houses houses(kCases[0]);
  std::string header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 6), }";
  header.append(118 - header.size() - 1, ' ').append("\n");
  std::string bytes("\x93NUMPY\x01\x00\x76\x00", 10);
  houses.write("x.npy", bytes + header + std::string(2 * 6 * 8, '\0'));
  const auto refused = houses.call({"predict", "x.npy"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("give a table of text, such as CSV"));
}

TEST(Predict, RefusesWhatItCanBeforeItTrainsATrialAgain) {
  const Houses houses(kCases[0]);
  const std::string trial = houses.query("SELECT number FROM leaderboard WHERE rank = 2");
  for (const std::vector<std::string>& more : std::vector<std::vector<std::string>>{
           {"nope.csv"}, {"rest.csv", "--precision", "f16"}, {"rest.csv", "--out", "train.csv"}}) {
    std::vector<std::string> words{"predict", "--trial", trial};
    words.insert(words.end(), more.begin(), more.end());
    const auto refused = houses.call(words);
    EXPECT_EQ(refused.code, 2) << more.back();
    EXPECT_THAT(refused.err, Not(HasSubstr("again"))) << more.back();
  }
}

TEST(Predict, WithoutACompleteTrialEndsLikeReport) {
  const RunFolder folder(
      "name: t\nrun_cap: 1\ndataset: {source: digits}\n"
      "training: {epochs: 1, learning_rate: 1e30}\nparameters: {l2: {min: 0, max: 1}}\n");
  EXPECT_EQ(folder.run().code, 3);
  folder.write("x.csv", "1\n");
  for (const char* verb : {"predict", "eval"}) {
    const auto result = test::run_hpsearch(folder.path(), {verb, "x.csv"});
    EXPECT_EQ(result.code, 3);
    EXPECT_THAT(result.err, HasSubstr("no complete trial"));
  }
}

TEST(Predict, NamesBadRowsByLineOrLeavesThemOut) {
  const Houses houses(kCases[0]);
  std::string text = houses.read("rest.csv");
  const std::size_t third = text.find('\n', text.find('\n', text.find('\n') + 1) + 1) + 1;
  text.insert(third, "x,huge,Rome,no,1,flat,0\nshort,1\n");
  houses.write("bad.csv", text);
  const auto refused = houses.call({"predict", "bad.csv"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err,
              StartsWith("hpsearch: bad.csv:4:3: 'huge' in column 'area' is not a number, "));
  EXPECT_THAT(refused.err,
              HasSubstr("\nbad.csv:5:8: a row of 2 cells, but the table has 7 columns; "));
  EXPECT_THAT(refused.err, HasSubstr("--skip-bad"));
  const auto skipped = houses.call({"predict", "bad.csv", "--skip-bad"});
  EXPECT_EQ(skipped.code, 0);
  EXPECT_THAT(skipped.err, HasSubstr("2 rows are left out:"));
  EXPECT_EQ(skipped.out, houses.call({"predict", "rest.csv"}).out);
  EXPECT_EQ(houses.eval({"bad.csv", "--skip-bad"})["bad_rows"], 2);
}

TEST(Predict, SaysWhatIsMissing) {
  const Houses houses(kCases[0]);
  houses.write("less.csv", "id,city,old\na,Rome,no\n");
  const auto column = houses.call({"predict", "less.csv"});
  EXPECT_EQ(column.code, 2);
  EXPECT_THAT(column.err, HasSubstr("there is no column 'area', which the model was trained on"));
  houses.write("target.csv", "old,area,city,more\nno,50,Rome,1\n");
  EXPECT_EQ(houses.call({"predict", "target.csv"}).code, 0) << "the target may be missing";
  EXPECT_THAT(houses.call({"eval", "target.csv"}).err,
              HasSubstr("there is no column 'price', the target"));
  EXPECT_THAT(houses.call({"predict", "target.csv", "--keep", "id"}).err,
              HasSubstr("there is no column 'id' to keep"));
  EXPECT_THAT(houses.call({"predict", "nothing.csv"}).err, HasSubstr("there is no such file"));
  EXPECT_THAT(houses.call({"predict", "rest.csv", "--trial", "77"}).err,
              HasSubstr("has no trial 77"));
  EXPECT_THAT(houses.call({"predict", "rest.csv", "--model", "rest.csv"}).err,
              HasSubstr("rest.csv: "));
}

TEST(Predict, AModelFileNeedsNoDatabase) {
  const Houses houses(kCases[0]);
  const test::TempFolder away;
  away.write("m.safetensors", houses.read("hpsearch.db.files/sweep1/best.safetensors"));
  away.write("rest.csv", houses.read("rest.csv"));
  const auto result =
      test::run_hpsearch(away.path(), {"predict", "rest.csv", "--model", "m.safetensors"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.out, houses.call({"predict", "rest.csv"}).out);
}

TEST(Winner, LeavesATableOfItsPredictions) {
  const Houses houses(kCases[2], "  test: 40\n");
  const auto rows = test::csv_cells(houses.read("hpsearch.db.files/sweep1/best.predictions.csv"));
  ASSERT_EQ(rows.size(), 41U);
  EXPECT_THAT(rows[0], ElementsAre("row", "true", "prediction", "probability_flat",
                                   "probability_house", "probability_villa"));
  const auto table = test::csv_cells(houses.read("train.csv"));
  std::size_t correct = 0;
  for (std::size_t row = 1; row < rows.size(); ++row) {
    EXPECT_EQ(rows[row][1], table[std::stoul(rows[row][0]) + 1][5]);
    correct += rows[row][1] == rows[row][2] ? 1U : 0U;
  }
  EXPECT_DOUBLE_EQ(
      static_cast<double>(correct) / 40.0,
      std::stod(houses.query(
          "SELECT printf('%!.17g', value) FROM metrics WHERE name = 'test_accuracy'")));
  EXPECT_EQ(houses.query("SELECT path FROM artifacts WHERE name = 'prediction_table'"),
            "hpsearch.db.files/sweep1/best.predictions.csv");
}

}  // namespace
}  // namespace hpsearch::runner

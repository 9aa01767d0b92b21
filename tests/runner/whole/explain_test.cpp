// Baselines, columns and calibration by the real program: report, page and eval say the same.
#include <cmath>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/runner/run_support.h"
#include "tests/support/csv_cells.h"

namespace hpsearch::runner {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

// A price that depends on the area alone, nearly as a line, and a kind that follows from the price.
std::string made_table(int rows, unsigned state) {
  std::string text = "area,colour,price,kind\n";
  const auto draw = [&] {
    state = state * 1664525U + 1013904223U;
    return static_cast<double>(state >> 8U) / 16777216.0;
  };
  for (int row = 0; row < rows; ++row) {
    const double area = 20.0 + 100.0 * draw();
    const double price = 1000.0 + 30.0 * area + 100.0 * draw();
    text += fmt::format("{},{},{},{}\n", area, draw() > 0.5 ? "red" : "blue", price,
                        price < 2500.0   ? "small"
                        : price < 4000.0 ? "middle"
                                         : "large");
  }
  return text;
}

class Explained : public RunFolder {
 public:
  explicit Explained(const std::string& target, const std::string& more = "")
      : RunFolder(fmt::format("name: houses\n"
                              "run_cap: 3\n"
                              "metric: {{name: {}}}\n"
                              "dataset:\n"
                              "  source: train.csv\n"
                              "  target: {}\n"
                              "  validation: rest.csv\n"
                              "  columns: {{drop: [{}]}}\n"
                              "{}"
                              "model: {{hidden: [16]}}\n"
                              "training: {{epochs: 12, batch_size: 16, optimizer: adam}}\n"
                              "parameters:\n"
                              "  learning_rate: {{min: 1e-3, max: 0.02, scale: log}}\n",
                              target == "price" ? "val_rmse" : "val_accuracy",
                              target,
                              target == "price" ? "kind" : "price",
                              more)) {
    write("train.csv", made_table(300, 1));
    write("rest.csv", made_table(250, 2));
    const auto result = run();
    EXPECT_EQ(result.code, 0) << result.err;
    out = result.out;
  }

  nlohmann::json eval(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments{"eval", "rest.csv", "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return nlohmann::json::parse(test::run_hpsearch(path(), arguments).out, nullptr, false);
  }

  // Of report --json and of the page's data.
  nlohmann::json reported() const {
    return nlohmann::json::parse(report({"--json"}).out, nullptr, false).at("explanation");
  }
  nlohmann::json on_page() const {
    report({"--html", "r.html"});
    const std::string html = read("r.html");
    const std::string begin = "\"explanation\":";
    const std::size_t at = html.find(begin) + begin.size();
    std::size_t end = at;
    for (int depth = 0; end == at || depth > 0; ++end) {
      depth += html[end] == '{' ? 1 : html[end] == '}' ? -1 : 0;
    }
    return nlohmann::json::parse(html.substr(at, end - at), nullptr, false);
  }

  std::string out;
};

TEST(Explain, ReportPageAndEvalNameTheSameBaselines) {
  for (const std::string target : {"price", "kind"}) {
    SCOPED_TRACE(target);
    const Explained houses(target);
    const nlohmann::json reported = houses.reported();
    EXPECT_EQ(houses.on_page(), reported);
    const nlohmann::json& part = reported["baselines"][0];
    EXPECT_EQ(part["part"], "validation");
    EXPECT_EQ(reported["baselines"][1]["part"], "test");
    const nlohmann::json eval = houses.eval();
    for (const auto& [name, value] : part["network"].items()) {
      EXPECT_NEAR(eval["metrics"].value(name, std::nan("")), value.get<double>(), 1e-9) << name;
      EXPECT_NEAR(eval["linear"].value(name, std::nan("")),
                  part["linear"].value(name, std::nan("")), 1e-9)
          << name;
      EXPECT_NEAR(eval["baseline"].value(name, std::nan("")),
                  part["trivial"].value(name, std::nan("")), 1e-9)
          << name;
    }
    const std::string metric = target == "price" ? "rmse" : "accuracy";
    EXPECT_NEAR(part["network"][metric].get<double>(),
                std::stod(houses.query("SELECT printf('%!.17g', value) FROM best_trials")), 1e-12);
    EXPECT_THAT(houses.out, HasSubstr(fmt::format("\nbaseline: val_{} ", metric)));
    EXPECT_THAT(houses.out,
                HasSubstr(target == "price" ? " of the mean, " : " of always answering '"));
    EXPECT_THAT(houses.report().out, HasSubstr(" of a linear model, "));
  }
}

// The line through the points, by the sums of the textbook; its penalty hardly matters in 300 rows.
TEST(Explain, TheLinearModelOfOneColumnIsTheLineThroughItsPoints) {
  const Explained houses("price", "  test: none\n");
  double n = 0.0;
  double x = 0.0;
  double y = 0.0;
  double xx = 0.0;
  double xy = 0.0;
  for (const auto& row : test::csv_body(houses.read("train.csv"))) {
    const double area = std::stod(row[0]);
    const double price = std::stod(row[2]);
    n += 1.0;
    x += area;
    y += price;
    xx += area * area;
    xy += area * price;
  }
  const double slope = (xy - x * y / n) / (xx - x * x / n);
  double squares = 0.0;
  double trivial = 0.0;
  const auto rest = test::csv_body(houses.read("rest.csv"));
  for (const auto& row : rest) {
    const double error = std::stod(row[2]) - (y + slope * (std::stod(row[0]) * n - x)) / n;
    squares += error * error;
    trivial += std::pow(std::stod(row[2]) - y / n, 2.0);
  }
  const nlohmann::json part = houses.reported()["baselines"][0];
  const double rmse = std::sqrt(squares / static_cast<double>(rest.size()));
  EXPECT_NEAR(part["linear"]["rmse"].get<double>(), rmse, 0.05 * rmse);
  EXPECT_NEAR(part["trivial"]["rmse"].get<double>(),
              std::sqrt(trivial / static_cast<double>(rest.size())), 1e-2);
}

TEST(Explain, FindsTheColumnThatDecides) {
  const Explained houses("price");
  const nlohmann::json columns = houses.reported()["columns"];
  EXPECT_EQ(columns["metric"], "rmse");
  ASSERT_THAT(columns["columns"], SizeIs(2));
  EXPECT_EQ(columns["columns"][0]["column"], "area");
  EXPECT_GT(columns["columns"][0]["mean"].get<double>(),
            20.0 * std::abs(columns["columns"][1]["mean"].get<double>()));
  EXPECT_THAT(houses.report().out, HasSubstr("columns that the network depends on: 10 shuffles of "
                                             "each over 250 rows\ncolumn  rmse gained"));
  // The same rows, in the same order.
  EXPECT_EQ(houses.eval({"--importance"})["columns"], columns);
  EXPECT_THAT(houses.eval()["columns"]["columns"], IsEmpty());
}

// By the probabilities of its own file of predictions.
TEST(Explain, CalibrationIsThatOfThePredictions) {
  const Explained houses("kind", "  test: none\n");
  std::vector<double> confidence(15);
  std::vector<double> right(15);
  const auto rows = test::csv_body(houses.read("hpsearch.db.files/sweep1/best.predictions.csv"));
  for (const auto& row : rows) {
    const double p = std::max({std::stod(row[3]), std::stod(row[4]), std::stod(row[5])});
    const auto bin = static_cast<std::size_t>(std::ceil(p * 15.0) - 1.0);
    confidence[bin] += p;
    right[bin] += row[1] == row[2] ? 1.0 : 0.0;
  }
  double error = 0.0;
  for (std::size_t i = 0; i < 15; ++i) {
    error += std::abs(right[i] - confidence[i]) / static_cast<double>(rows.size());
  }
  const nlohmann::json reliability = houses.reported()["reliability"];
  EXPECT_NEAR(reliability["error"].get<double>(), error, 1e-9);
  EXPECT_THAT(houses.report().out, HasSubstr("\ncalibration: mean confidence "));
  EXPECT_THAT(test::run_hpsearch(houses.path(), {"eval", "rest.csv"}).out,
              HasSubstr("expected calibration error "));
  EXPECT_NEAR(houses.eval()["reliability"]["error"].get<double>(), error, 1e-9);
}

TEST(Explain, RegressionsShowPredictedAgainstTrue) {
  const Explained houses("price");
  const nlohmann::json pairs = houses.reported()["pairs"][0];
  EXPECT_EQ(pairs["target"], "price");
  const auto rows = test::csv_body(houses.read("hpsearch.db.files/sweep1/best.predictions.csv"));
  ASSERT_EQ(pairs["pairs"].size(), rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_NEAR(pairs["pairs"][i][0].get<double>(), std::stod(rows[i][1]), 0.05);
    EXPECT_NEAR(pairs["pairs"][i][1].get<double>(), std::stod(rows[i][2]), 0.05);
  }
  EXPECT_THAT(houses.report().out, HasSubstr("\npredicted against true: correlation 0.99"));
}

TEST(Explain, LeavesOutWhatDoesNotApply) {
  const RunFolder digits(small_sweep(2));
  ASSERT_EQ(digits.run().code, 0);
  const auto json = nlohmann::json::parse(digits.report({"--json"}).out).at("explanation");
  EXPECT_EQ(json["columns"]["objection"], "pixels and other bytes are no columns");
  EXPECT_THAT(json["pairs"], IsEmpty());
  EXPECT_GT(json["baselines"][0]["linear"]["accuracy"].get<double>(), 0.9);
  EXPECT_THAT(digits.report().out, AllOf(HasSubstr("\nbaseline: val_accuracy 0.9"),
                                         Not(HasSubstr("columns that the network"))));
  const Explained whitened("price", "  preprocess: pca_whiten\n");
  EXPECT_THAT(whitened.reported()["columns"]["columns"], IsEmpty());
  // Rows of a file come before the whitening, so that their columns can be shuffled.
  EXPECT_EQ(whitened.eval({"--importance"})["columns"]["columns"][0]["column"], "area");
}

// A model file of before has no linear model.
TEST(Explain, EvalOfATrialThatIsTrainedAgainHasALinearModelToo) {
  const Explained houses("price");
  const std::string other = houses.query("SELECT trial FROM leaderboard WHERE rank = 2");
  EXPECT_EQ(houses.eval({"--trial", other})["linear"], houses.eval()["linear"]);
}

TEST(Export, WritesTheModelFileAndTheTrialsSweepFile) {
  const Explained houses("price");
  const auto call = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "export");
    return test::run_hpsearch(houses.path(), arguments);
  };
  EXPECT_EQ(call({"--format", "safetensors"}).err, "wrote houses.safetensors\n");
  EXPECT_EQ(houses.read("houses.safetensors"),
            houses.read("hpsearch.db.files/sweep1/best.safetensors"));
  EXPECT_EQ(call({"--format", "safetensors"}).code, 2) << "the name is taken";
  EXPECT_EQ(call({"--format", "safetensors", "--force"}).code, 0);
  const std::string other = houses.query("SELECT trial FROM leaderboard WHERE rank = 2");
  const auto yaml = call({"--format", "yaml", "--trial", other});
  EXPECT_EQ(yaml.code, 0);
  houses.write("again.yaml", yaml.out);
  EXPECT_EQ(test::run_hpsearch(houses.path(), {"run", "again.yaml"}).code, 0);
  EXPECT_EQ(houses.query("SELECT value FROM leaderboard WHERE sweep != 'houses'"),
            houses.query("SELECT value FROM leaderboard WHERE sweep = 'houses' AND rank = 2"));
  EXPECT_THAT(call({"--format", "yaml", "--model", "houses.safetensors"}).err,
              HasSubstr("choose it with --trial"));
}

}  // namespace
}  // namespace hpsearch::runner

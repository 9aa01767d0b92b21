// report --importance, --curves, --compare, --advice and --next, by the real program.

#include <filesystem>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/runner/run_support.h"

namespace hpsearch::runner {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(ReportViews, ShowEachInItsForms) {
  const RunFolder folder(small_sweep(24));
  folder.run();
  EXPECT_THAT(folder.report({"--importance"}).out,
              StartsWith("importance: which parameters decide whether a trial of small"));
  EXPECT_THAT(folder.report({"--importance", "--csv"}).out,
              StartsWith("parameter,share,raw,p,trials\r\n"));
  const auto curves = nlohmann::json::parse(folder.report({"--curves", "3", "7", "--json"}).out);
  EXPECT_EQ(curves.at("curves").size(), 2U);
  EXPECT_EQ(curves.at("curves")[1].at("series")[0].at("epochs").size(), 4U);
  EXPECT_THAT(folder.report({"--compare", "3", "7"}).out, StartsWith("trials 3 and 7 of small\n"));
  EXPECT_THAT(folder.report({"--compare", "3", "7", "--md"}).out,
              StartsWith("| property | trial 3 | trial 7 |\n| :-- | --: | --: |\n"));
  EXPECT_EQ(folder.report({"--advice"}).code, 0);
  const auto json = nlohmann::json::parse(folder.report({"--json"}).out);
  EXPECT_TRUE(json.at("advice").is_array());
}

TEST(ReportViews, CompareSweepsWithWhatDiffersInTheirFiles) {
  const RunFolder folder(small_sweep(3));
  folder.run();
  folder.run({"--set", "name=other", "--set", "training.epochs=2"});
  const auto result = folder.report({"--compare", "small", "other"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("training.epochs  4      2\n"));
}

// Trials that diverged have no value of a metric that is no column; it is the sweep's all the same.
TEST(ReportViews, ShowTrialsThatAllDivergedBeforeTheirMetricHadAValue) {
  const RunFolder folder(
      "name: gone\nseed: 1\nrun_cap: 3\nmetric: {name: val_rmse}\n"
      "dataset: {source: linear-synthetic}\nmodel: {hidden: [8]}\n"
      "training: {epochs: 3}\n"
      "parameters:\n  learning_rate: {min: 1e25, max: 1e30, scale: log}\n");
  const auto run = folder.run();
  ASSERT_EQ(folder.query("SELECT count(*) FROM trials WHERE state = 'diverged'"), "3") << run.err;
  for (const auto& arguments : std::vector<std::vector<std::string>>{
           {"--compare", "0", "1"}, {"--curves", "0"}, {"--curves", "0", "--metric", "val_rmse"}}) {
    for (const char* form : {"", "--json", "--csv"}) {
      auto all = arguments;
      if (*form != '\0') {
        all.emplace_back(form);
      }
      const auto result = folder.report(all);
      EXPECT_EQ(result.code, 0) << arguments.front() << form << result.err;
      EXPECT_EQ(result.err, "");
    }
  }
  EXPECT_EQ(folder.report({"--curves", "0", "--metric", "val_rmsf"}).code, 2);
}

TEST(ReportViews, RefuseWhatContradicts) {
  const RunFolder folder(small_sweep(2));
  folder.run();
  const std::vector<std::vector<std::string>> refused{{"--importance", "--curves"},
                                                      {"--compare", "0"},
                                                      {"--compare", "0", "9"},
                                                      {"--compare", "small", "nobody"},
                                                      {"3"},
                                                      {"--metric", "loss"},
                                                      {"--curves", "--metric", "val_f"},
                                                      {"--advice", "--where", "trial = 1"},
                                                      {"--curves", "0", "--top", "2"},
                                                      {"--next", "next.yaml", "--json"}};
  for (const auto& arguments : refused) {
    const auto result = folder.report(arguments);
    EXPECT_EQ(result.code, 2) << arguments.front() << result.out;
    EXPECT_NE(result.err, "");
  }
}

TEST(ReportViews, WriteTheSweepThatFollowsAndItRuns) {
  const RunFolder folder(small_sweep(12));
  folder.run();
  const auto advice = folder.report({"--advice"});
  ASSERT_THAT(advice.out, HasSubstr("run_cap: 30")) << "12 trials for three parameters";
  const auto result = folder.report({"--next", "next.yaml"});
  ASSERT_EQ(result.code, 0) << result.err;
  const std::string yaml = read_file(folder.path() / "next.yaml");
  EXPECT_THAT(yaml, HasSubstr("\nname: small-2\n"));
  EXPECT_THAT(yaml, HasSubstr("# run more trials: 12 trials for 3 parameters; about ten per "
                              "parameter are needed\nrun_cap: 30\n"));
  EXPECT_EQ(test::run_hpsearch(folder.path(), {"check", "next.yaml"}).code, 0);
  const auto next = test::run_hpsearch(folder.path(), {"run", "next.yaml", "--trials", "2"});
  EXPECT_EQ(next.code, 0) << next.err;
  EXPECT_EQ(folder.report({"--sweep", "small", "--next", "next.yaml"}).code, 2)
      << "is there already";
  EXPECT_EQ(read_file(folder.path() / "next.yaml"), yaml);
}

}  // namespace
}  // namespace hpsearch::runner

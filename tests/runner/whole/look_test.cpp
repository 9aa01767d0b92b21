// The commands that only look: list, show, and what report selects.

#include <algorithm>
#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/runner/run_support.h"

namespace hpsearch::runner {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

test::ProcessResult call(const RunFolder& folder, const std::vector<std::string>& arguments) {
  return test::run_hpsearch(folder.path(), arguments);
}

TEST(List, ShowsSweepsAndThoseSetAside) {
  const RunFolder folder(small_sweep(2));
  folder.run();
  folder.run({"--fresh"});
  const auto result = call(folder, {"list"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out,
              MatchesRegex("sweep    method  state     trials  best +created \\(UTC\\)\n"
                           "small    random  complete     2/2  val_accuracy 0.[0-9]+  20.*\n"
                           "small~1  random  complete     2/2  val_accuracy 0.[0-9]+  20.*\n"));
  const auto json = nlohmann::json::parse(call(folder, {"list", "--json"}).out);
  EXPECT_EQ(json.at("sweeps").size(), 2U);
  EXPECT_EQ(json.at("sweeps")[1].at("sweep"), "small~1");
}

TEST(List, ShowsASweepWithoutItsProcessAsInterrupted) {
  const RunFolder folder(long_sweep());
  test::Process process(folder.path(), {"run", "sweep.yaml", "--workers", "2"});
  ASSERT_TRUE(process.wait_until([&] { return folder.query("SELECT 1 FROM epochs") == "1"; }));
  EXPECT_THAT(call(folder, {"list"}).out, HasSubstr("\nlong   random  running "));
  process.signal(SIGKILL);
  process.wait();
  EXPECT_THAT(call(folder, {"list"}).out, HasSubstr("\nlong   random  interrupted "));
}

TEST(Show, PrintsATrialAndASweep) {
  const RunFolder folder(small_sweep(3));
  folder.run();
  const auto trial = call(folder, {"show", "2"});
  EXPECT_EQ(trial.code, 0) << trial.err;
  EXPECT_THAT(trial.out, StartsWith("trial 2 of small: complete\nval_accuracy: 0."));
  EXPECT_THAT(trial.out, HasSubstr("0.001 to 0.3, log scale\n"));
  EXPECT_THAT(call(folder, {"show"}).out,
              HasSubstr("\nstage 0: 3 trials of 4 epochs; random\n  dropout        0 to 0.5\n"));
  EXPECT_EQ(nlohmann::json::parse(call(folder, {"show", "2", "--json"}).out).at("epochs").size(),
            4U);
  EXPECT_EQ(
      nlohmann::json::parse(call(folder, {"show", "--json"}).out).at("stages")[0].at("trials"), 3);
}

TEST(Show, SaysWhichTrialsThereAre) {
  const RunFolder folder(small_sweep(3));
  folder.run();
  const auto missing = call(folder, {"show", "3"});
  EXPECT_EQ(missing.code, 2);
  EXPECT_EQ(missing.err, "hpsearch: sweep 'small' has no trial 3; it has trials 0 to 2\n");
  for (const char* text : {"x", "-1", "1.0", "", "007"}) {
    const auto result = call(folder, {"show", "--", text});
    EXPECT_EQ(result.code, 2);
    EXPECT_EQ(result.err,
              fmt::format("hpsearch: expected the number of a trial, such as 0 or 12; found '{}'\n",
                          text));
  }
}

int lines(const std::string& text) {
  return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
}

TEST(ReportSelection, ShowsAsManyTrialsAsAskedFor) {
  const RunFolder folder(small_sweep(14));
  folder.run();
  const int headline = lines(folder.report({"--top", "1"}).out) - 1;
  EXPECT_EQ(lines(folder.report().out) - headline, 10);
  EXPECT_EQ(lines(folder.report({"--top", "12"}).out) - headline, 12);
  EXPECT_EQ(lines(folder.report({"--csv"}).out), 1 + 14);
  EXPECT_EQ(lines(folder.report({"--csv", "--top", "3"}).out), 1 + 3);
  EXPECT_EQ(lines(folder.report({"--md"}).out), 2 + 10);
  EXPECT_THAT(folder.report({"--sort", "trial"}).out,
              HasSubstr("\n(10 of 14 trials; --top shows more)\n"));
  const auto json = nlohmann::json::parse(folder.report({"--json", "--where", "trial >= 3"}).out);
  EXPECT_EQ(json.at("rows").size(), 11U);
  EXPECT_EQ(json.at("leaderboard").size(), 10U);
}

TEST(ReportSelection, SortsByAColumnUpOrDown) {
  const RunFolder folder(small_sweep(4));
  folder.run();
  EXPECT_THAT(folder.report({"--csv", "--sort", "trial", "--top", "1"}).out,
              MatchesRegex("rank,.*\r\n[1-4],0,1,complete,.*"));
  for (const auto& words : {std::vector<std::string>{"--sort", "-trial"}, {"--sort=-trial"}}) {
    std::vector<std::string> arguments{"--csv", "--top", "1"};
    arguments.insert(arguments.end(), words.begin(), words.end());
    EXPECT_THAT(folder.report(arguments).out, MatchesRegex("rank,.*\r\n[1-4],3,4,complete,.*"));
  }
}

TEST(ReportSelection, ExplainsItsMistakes) {
  const RunFolder folder(small_sweep(2));
  folder.run();
  const std::string columns =
      "; the columns are: rank, trial, trial_id, state, value, score, stage, best_epoch, seconds, "
      "dropout, l2, learning_rate\n";
  const std::string example =
      "; write an SQL expression over the columns, such as \"value > 0.9 AND seconds < 10\"\n";
  const std::vector<std::pair<std::vector<std::string>, std::string>> mistakes{
      {{"--where", "leraning_rate < 1"},
       "unknown column 'leraning_rate'; did you mean 'learning_rate'?" + columns},
      {{"--sort", "-Dropuot"}, "unknown column 'Dropuot'; did you mean 'dropout'?" + columns},
      {{"--sort", "colour"}, "unknown column 'colour'" + columns},
      {{"--where", "value; 1"},
       "--where has a ';', which cannot be part of an expression" + example},
      {{"--where", "value >"}, "--where cannot be read: near \")\": syntax error" + example},
      {{"--csv", "--md"}, "--csv and --md cannot be combined; leave one of them out\n"},
      {{"--best", "--top", "3"}, "--best and --top cannot be combined; leave one of them out\n"},
      {{"--top", "0"}, "--top must be a whole number from 1 to 1000000000; found '0'\n"},
      {{"--top", "-1"}, "--top must be a whole number from 1 to 1000000000; found '-1'\n"},
  };
  for (const auto& [arguments, message] : mistakes) {
    const auto result = folder.report(arguments);
    EXPECT_EQ(result.code, 2) << message;
    EXPECT_EQ(result.err, "hpsearch: " + message);
    EXPECT_EQ(result.out, "");
  }
}

}  // namespace
}  // namespace hpsearch::runner

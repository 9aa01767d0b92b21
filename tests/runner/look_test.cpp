// The commands that only look: list, show.

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
              HasSubstr("\nstage 0: 3 trials of 4 epochs\n  dropout: 0 to 0.5\n"));
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
  EXPECT_EQ(missing.err, "hpsearch: sweep 'small' has no trial 3; it has the trials 0 to 2\n");
  for (const char* text : {"x", "-1", "1.0", "", "007"}) {
    const auto result = call(folder, {"show", "--", text});
    EXPECT_EQ(result.code, 2);
    EXPECT_EQ(result.err,
              fmt::format("hpsearch: a trial is named by its number, such as 0 or 12; found '{}'\n",
                          text));
  }
}

}  // namespace
}  // namespace hpsearch::runner

// The tour: its facts against the database and against what the notes say, and how it is left.
#include <algorithm>
#include <cmath>
#include <csignal>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runner/run_support.h"
#include "tests/support/terminal.h"

namespace hpsearch::runner {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// Without the line breaks of the paragraphs, which depend on the width.
std::string joined(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

std::vector<std::string> left_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  return names;
}

class TourRun : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directory(folder.path() / "tmp"); }

  std::vector<std::pair<std::string, std::string>> environment(const std::string& locale = "C") {
    return {{"TMPDIR", (folder.path() / "tmp").string()}, {"LC_ALL", locale}, {"COLUMNS", "90"}};
  }

  std::string number(const std::string& sql) const {
    const std::string text = test::query(folder.path() / "tour.db", sql);
    return text.empty() ? "nothing" : fmt::format("{:.4g}", std::stod(text));
  }

  test::TempFolder folder;
};

TEST_F(TourRun, RunsThroughWithoutATerminalAndSaysWhatItsDatabaseHolds) {
  const auto result = test::run_hpsearch(folder.path(), {"tour", "--db", "tour.db"}, environment());
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.err, "");
  const std::string text = joined(result.out);
  for (int step = 1; step <= 9; ++step) {
    EXPECT_THAT(result.out, HasSubstr(fmt::format("{} of 9: ", step)));
  }
  EXPECT_THAT(result.out, Not(HasSubstr("Enter")));
  EXPECT_THAT(result.out, Not(HasSubstr("\033")));
  // Before training: ln 10, by arithmetic.
  EXPECT_THAT(text, HasSubstr(fmt::format("ln 10 = {:.4g}, and with zeros it is {:.4g}.",
                                          std::log(10.0), std::log(10.0))));
  EXPECT_THAT(
      text, HasSubstr("begin at " + number("SELECT m.value FROM \"trials_tour-initial-loss\" "
                                           "JOIN metrics m USING(trial_id) WHERE name = "
                                           "'initial_loss' AND init = 'normal' AND init_std = 1")));
  // Rates.
  EXPECT_EQ(test::query(folder.path() / "tour.db",
                        "SELECT group_concat(state) FROM (SELECT state FROM "
                        "\"trials_tour-learning-rate\" ORDER BY learning_rate)"),
            "complete,complete,diverged");
  EXPECT_THAT(text, HasSubstr("ends as diverged"));
  EXPECT_THAT(text, HasSubstr("learning rate 10: diverged"));
  const std::string slow = number(
      "SELECT train_loss FROM \"trials_tour-learning-rate\" t JOIN epochs e USING(trial_id) WHERE "
      "t.learning_rate = 1e-4 AND epoch = 20");
  EXPECT_GT(std::stod(slow), 2.0) << "it crawls";
  EXPECT_THAT(text, HasSubstr("to " + slow + " in 20 epochs"));
  // L2: the figures of the notes' own file, whose bands are theirs.
  EXPECT_THAT(text,
              HasSubstr("and is wrong about all others, at " +
                        number("SELECT val_loss FROM \"trials_tour-weight-decay\" JOIN epochs "
                               "USING(trial_id) WHERE l2 = 0 AND epoch = 100")));
  const double helped = std::stod(number(
      "SELECT val_loss FROM \"trials_tour-weight-decay\" JOIN epochs USING(trial_id) WHERE l2 "
      "= 30 AND epoch = 100"));
  EXPECT_LT(helped, 0.013);
  // Dropout.
  const auto gap = [&](const std::string& dropout) {
    return fmt::format(
        "{:.1f} points",
        100.0 * std::stod(test::query(folder.path() / "tour.db",
                                      "SELECT train_accuracy - val_accuracy FROM "
                                      "\"trials_tour-dropout\" t JOIN epochs USING(trial_id) WHERE "
                                      "t.dropout = " +
                                          dropout + " AND epoch = 60")));
  };
  EXPECT_THAT(text, HasSubstr("a gap of " + gap("0")));
  EXPECT_THAT(text, HasSubstr("the gap shrinks to " + gap("0.5")));
  // Scales, points, borders, stages.
  const auto best = [&](const std::string& sweep) {
    return number("SELECT value FROM best_trials WHERE sweep = 'tour-" + sweep + "'");
  };
  EXPECT_THAT(text, HasSubstr("the best validation loss is " + best("even-scale")));
  EXPECT_THAT(text, HasSubstr("and the best is " + best("log-scale")));
  EXPECT_THAT(
      text, HasSubstr("The grid tries 3 rates, each three times, and finds a validation loss of " +
                      best("grid") + "; as many random points try 9 and find " + best("random")));
  EXPECT_THAT(text, HasSubstr(best("border") + " against " + best("border-wide")));
  EXPECT_THAT(text, HasSubstr("upper edge of its range"));
  EXPECT_THAT(text, HasSubstr("shrinks from 7 decades to "));
  EXPECT_THAT(text, HasSubstr("In 420 epochs the search finds " + best("coarse-to-fine") +
                              "; 40 full trainings take 1200 epochs and find " + best("all-long")));
  EXPECT_THAT(left_in(folder.path() / "tmp"), IsEmpty());
  // Again: nothing is trained anew, and everything is said anew.
  EXPECT_EQ(test::run_hpsearch(folder.path(), {"tour", "--db", "tour.db"}, environment()).out,
            result.out);
}

TEST_F(TourRun, LeavesNothingBehindAndKeepsOutOfTheUsersDatabase) {
  auto variables = environment("C.UTF-8");
  variables.emplace_back("HPSEARCH_DB", "mine.db");
  const auto result = test::run_hpsearch(folder.path(), {"tour"}, variables);
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.out, HasSubstr("\u2588")) << "pictures in Unicode";
  EXPECT_THAT(left_in(folder.path() / "tmp"), IsEmpty());
  EXPECT_EQ(left_in(folder.path()), std::vector<std::string>{"tmp"});
}

TEST_F(TourRun, GoesOnAtEnterAndLeavesAtQ) {
  test::Terminal terminal(folder.path(), {"tour"}, environment());
  ASSERT_TRUE(terminal.wait_for("1 of 9"));
  ASSERT_TRUE(terminal.wait_for("Enter goes on, q leaves"));
  terminal.type("\r");
  ASSERT_TRUE(terminal.wait_for("2 of 9"));
  ASSERT_TRUE(terminal.wait_for("\033[31mdiverged\033[0m"));
  ASSERT_TRUE(terminal.wait_for("Enter goes on, q leaves"));
  terminal.type("q");
  EXPECT_EQ(terminal.wait(), 0);
  EXPECT_THAT(terminal.received(), Not(HasSubstr("3 of 9")));
  EXPECT_THAT(left_in(folder.path() / "tmp"), IsEmpty());
}

TEST_F(TourRun, EndsAtCtrlCWithoutATrace) {
  test::Terminal terminal(folder.path(), {"tour"}, environment());
  ASSERT_TRUE(terminal.wait_for("Enter goes on, q leaves"));
  terminal.type("\x03");
  EXPECT_EQ(terminal.wait(), 130);
  EXPECT_THAT(left_in(folder.path() / "tmp"), IsEmpty());
}

TEST_F(TourRun, EndsAtASignalWhileItTrains) {
  test::Process process(folder.path(), {"tour"}, environment());
  ASSERT_TRUE(process.wait_until([&] { return !left_in(folder.path() / "tmp").empty(); }));
  process.signal(SIGTERM);
  EXPECT_EQ(process.wait().code, 130);
  EXPECT_THAT(left_in(folder.path() / "tmp"), IsEmpty());
}

}  // namespace
}  // namespace hpsearch::runner

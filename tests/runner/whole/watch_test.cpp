// `watch` on a terminal, and without one.
#include <csignal>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/text/printable.h"
#include "tests/runner/run_support.h"
#include "tests/support/full_screen.h"

namespace hpsearch::runner {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr char kEnter[] = "\033[?1049h";
constexpr char kLeave[] = "\033[?1049l";

bool shows(const test::FullScreen& terminal, const std::string& text) {
  for (const std::string& line : terminal.picture()) {
    if (line.find(text) != std::string::npos) {
      return true;
    }
  }
  return false;
}

// What a shell finds after it.
void expect_left(const test::FullScreen& terminal) {
  EXPECT_GT(terminal.written().rfind(kLeave), terminal.written().rfind(kEnter));
  EXPECT_THAT(terminal.written(), HasSubstr("\033[?25h")) << "the cursor";
  EXPECT_TRUE(terminal.is_as_before());
}

TEST(Watch, ShowsARunAndLeavesItAlone) {
  const RunFolder folder(long_sweep());
  test::Process run(folder.path(), {"run", "sweep.yaml", "--workers", "2"});
  ASSERT_TRUE(run.wait_until([&] {
    return folder.query("SELECT count(*) > 1 FROM trials WHERE state = 'complete'") == "1";
  }));
  test::FullScreen terminal(folder.path(), {"watch"}, 100, 30);
  ASSERT_TRUE(terminal.wait_until([&] { return shows(terminal, "best so far"); }))
      << terminal.written();
  const auto picture = terminal.picture();
  EXPECT_EQ(picture.size(), 30U);
  EXPECT_THAT(picture.front(), AllOf(StartsWith("long: random search, maximize val_accuracy"),
                                     HasSubstr("running")));
  EXPECT_THAT(picture, Contains(StartsWith("best val_accuracy ")));
  EXPECT_THAT(picture, Contains(HasSubstr("learning_rate")));
  EXPECT_EQ(picture.back(), "q ends this view, not the run");
  terminal.type("q");
  EXPECT_EQ(terminal.wait(), 0);
  expect_left(terminal);
  EXPECT_THAT(terminal.written(), testing::ContainsRegex("long: [0-9]+/400 trials")) << "stays";
  EXPECT_FALSE(run.wait_until([] { return true; }) &&
               folder.query("SELECT state FROM sweeps") != "running");
  run.signal(SIGTERM);
  EXPECT_EQ(run.wait().code, 130);
}

class WatchEnded : public testing::Test {
 protected:
  WatchEnded() { folder.run(); }
  RunFolder folder{small_sweep(3)};
};

TEST_F(WatchEnded, FollowsTheSizeOfTheTerminal) {
  test::FullScreen terminal(folder.path(), {"watch", "small"}, 80, 24);
  ASSERT_TRUE(terminal.wait_until([&] { return terminal.picture().size() == 24; }));
  for (const auto& [columns, rows] :
       {std::pair(120, 40), std::pair(40, 10), std::pair(20, 3), std::pair(10, 1)}) {
    terminal.resize(static_cast<unsigned short>(columns), static_cast<unsigned short>(rows));
    ASSERT_TRUE(terminal.wait_until([&] {
      return terminal.picture().size() == static_cast<std::size_t>(rows);
    })) << rows;
    for (const std::string& line : terminal.picture()) {
      EXPECT_LE(reports::display_width(line), static_cast<std::size_t>(columns)) << line;
    }
  }
  terminal.type("xyzq");
  EXPECT_EQ(terminal.wait(), 0);
}

TEST_F(WatchEnded, LeavesTheTerminalAsItWasHoweverItEnds) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    test::FullScreen terminal(folder.path(), {"watch"}, 80, 24);
    ASSERT_TRUE(terminal.wait_until([&] { return shows(terminal, "small"); }));
    EXPECT_FALSE(terminal.is_as_before()) << "keys are unseen";
    if (signal == SIGINT) {
      terminal.type("\x03");  // Ctrl-C
    } else {
      terminal.signal(signal);
    }
    EXPECT_EQ(terminal.wait(), 0);
    expect_left(terminal);
  }
}

TEST_F(WatchEnded, NoNameDrivesTheTerminal) {
  folder.query("UPDATE sweeps SET name = 'a' || char(27) || '[31m', metric = 'b' || char(7)");
  test::FullScreen terminal(folder.path(), {"watch"}, 80, 24);
  ASSERT_TRUE(terminal.wait_until([&] { return shows(terminal, "a?[31m"); }));
  terminal.type("q");
  terminal.wait();
  EXPECT_THAT(terminal.written(), AllOf(Not(HasSubstr("\033[31m")), Not(HasSubstr("\x07"))));
}

TEST_F(WatchEnded, WritesLinesWhereThereIsNoScreen) {
  const auto piped = test::run_hpsearch(folder.path(), {"watch"});
  EXPECT_EQ(piped.code, 0);
  EXPECT_THAT(piped.out, testing::MatchesRegex(
                             "small: 3/3 trials, best val_accuracy [0-9.]+ \\(trial [0-2]\\); "
                             "complete: all trials of run_cap are done\n"));
  test::FullScreen dumb(folder.path(), {"watch"}, 80, 24, {{"TERM", "dumb"}});
  EXPECT_EQ(dumb.wait(), 0);
  EXPECT_THAT(dumb.written(), AllOf(StartsWith("small: 3/3 trials"), Not(HasSubstr("\033"))));
}

TEST_F(WatchEnded, NeedsASweep) {
  EXPECT_EQ(test::run_hpsearch(folder.path(), {"watch", "none"}).code, 2);
  EXPECT_EQ(test::run_hpsearch(folder.path(), {"watch", "--db", "none.db"}).code, 1);
  EXPECT_EQ(test::run_hpsearch(folder.path(), {"watch", "small", "--sweep", "small"}).code, 2);
}

// Without a screen it goes with the run.
TEST(WatchInLines, EndsWithTheRun) {
  const RunFolder folder(long_sweep());
  test::Process run(folder.path(), {"run", "sweep.yaml"});
  ASSERT_TRUE(run.wait_until([&] { return folder.query("SELECT 1 FROM epochs") == "1"; }));
  test::Process watch(folder.path(), {"watch"});
  ASSERT_TRUE(run.wait_until(
      [&] { return folder.query("SELECT 1 FROM trials WHERE state = 'complete'") == "1"; }));
  run.signal(SIGKILL);
  run.wait();
  const auto watched = watch.wait();
  EXPECT_EQ(watched.code, 0);
  EXPECT_THAT(watched.out, HasSubstr("; interrupted"));
}

}  // namespace
}  // namespace hpsearch::runner

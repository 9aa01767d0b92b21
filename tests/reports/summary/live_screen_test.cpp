// What `watch` reads, and how it draws it.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/summary/live_view.h"
#include "reports/text/printable.h"
#include "storage/sweep_lock.h"
#include "tests/reports/report_database.h"

namespace hpsearch::reports {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

LiveView running() {
  LiveView view;
  view.name = "digits";
  view.method = "random";
  view.metric = "val_accuracy";
  view.maximize = true;
  view.active_seconds = 62.5;
  view.planned = 10;
  view.complete = 3;
  view.pruned = 1;
  view.epochs = 90;
  view.saved_epochs = 10;
  view.epochs_left = 60.0;
  view.workers = 3;
  view.best = {2, 0.9375, 7, "learning_rate 0.1, dropout 0.2"};
  view.best_so_far = {{1, 0.5}, {2, 0.75}, {3, 0.9375}};
  view.running = {{4, "host/0", 3, 10, "learning_rate 0.3", {0.1, 0.5, 0.9}},
                  {5, "host/1", 0, 10, "learning_rate 1", {}}};
  view.events = {{"2026-01-31 10:00:00", "a run began: 3 workers, run_cap 10"},
                 {"2026-01-31 10:00:59", "trial 3: pruned"}};
  return view;
}

std::string text(const LiveView& view, std::size_t columns, std::size_t rows) {
  std::string all;
  for (const std::string& line : draw_live(view, {12.0}, {columns, rows}, Glyphs::kAscii)) {
    all += line + "\n";
  }
  return all;
}

TEST(LiveScreen, ShowsWhatARunDoes) {
  EXPECT_EQ(text(running(), 72, 26),
            "digits: random search, maximize val_accuracy               running, 1:02\n"
            "[#########...............] 4/10 trials, 1 pruned, 12 epochs/s, 0:05 left\n"
            "best val_accuracy 0.9375: trial 2, epoch 7; learning_rate 0.1, dropou...\n"
            "pruning saved 10 epochs (10 %)\n"
            "\n"
            "0.9375 +                                                        ********\n"
            "       |                                        ****************\n"
            "       |                           *************\n"
            "0.6823 +                 **********\n"
            "       |      ***********\n"
            "   0.5 +******\n"
            "       +----------------------------------------------------------------\n"
            "        1               best so far, by complete trials                3\n"
            "\n"
            "trial  epoch  val_accuracy  curve                 worker, parameters\n"
            "    4   3/10           0.9  059                   host/0, learning_ra...\n"
            "    5   0/10             -                        host/1, learning_ra...\n"
            "(1 of 3 workers wait)\n"
            "\n"
            "events (UTC)\n"
            "  2026-01-31 10:00:00  a run began: 3 workers, run_cap 10\n"
            "  2026-01-31 10:00:59  trial 3: pruned\n"
            "\n"
            "\n"
            "\n"
            "q ends this view, not the run\n");
}

TEST(LiveScreen, DrawsWithBlocksAndDotsWhereItCan) {
  const auto lines = draw_live(running(), {}, {72, 26}, Glyphs::kUnicode);
  EXPECT_THAT(lines[1], StartsWith("[████████████████"));
  EXPECT_THAT(lines, Contains(HasSubstr("▁▅█")));
}

// Whatever the size: as many lines as it has rows, and none wider than it has columns.
TEST(LiveScreen, FitsEverySize) {
  LiveView ended = running();
  ended.state = storage::SweepState::kComplete;
  ended.stop_reason = storage::StopReason::kRunCap;
  ended.running.clear();
  LiveView many = running();
  for (std::uint64_t number = 6; number < 40; ++number) {
    many.running.push_back({number, "host/9", 1, 0, "", {0.5}});
  }
  for (const LiveView& view : {running(), ended, many, LiveView()}) {
    for (std::size_t columns = 1; columns < 130; columns += 3) {
      for (std::size_t rows = 0; rows < 60; ++rows) {
        for (const Glyphs glyphs : {Glyphs::kAscii, Glyphs::kUnicode}) {
          const auto lines = draw_live(view, {3.0}, {columns, rows}, glyphs);
          ASSERT_EQ(lines.size(), rows) << columns;
          for (const std::string& line : lines) {
            ASSERT_LE(display_width(line), columns) << rows << "\n" << line;
          }
        }
      }
    }
  }
}

TEST(LiveScreen, KeepsTheBestOnASmallOne) {
  EXPECT_THAT(draw_live(running(), {}, {40, 5}, Glyphs::kAscii),
              ElementsAre("digits: random search,...  running, 1:02",
                          "[######..........] 4/10 trials, 1 pruned",
                          "best val_accuracy 0.9375: trial 2, ep...",
                          "pruning saved 10 epochs (10 %)", "q ends this view, not the run"));
}

TEST(LiveScreen, SaysWhatItLeavesOut) {
  LiveView many = running();
  for (std::uint64_t number = 6; number < 40; ++number) {
    many.running.push_back({number, "host/9", 1, 0, "", {0.5}});
  }
  const std::string screen = text(many, 80, 24);
  EXPECT_THAT(screen, testing::ContainsRegex("\\([0-9]+ more are running\\)"));
  EXPECT_THAT(screen, HasSubstr("best so far"));
}

TEST(LiveScreen, SaysHowASweepEnded) {
  LiveView view = running();
  view.state = storage::SweepState::kInterrupted;
  view.stop_reason = storage::StopReason::kSignal;
  EXPECT_THAT(text(view, 100, 24), HasSubstr("interrupted: ended by a signal, 1:02"));
  EXPECT_EQ(live_line(view, {12.0}),
            "digits: 4/10 trials, 1 pruned, best val_accuracy 0.9375 (trial 2), 2 running; "
            "interrupted: ended by a signal");
}

TEST(LiveScreen, NeedsNoMetricAndNoTrial) {
  LiveView view;
  view.name = "p";
  view.method = "random";
  EXPECT_THAT(text(view, 80, 10), HasSubstr("p: random search, no metric"));
  view.metric = "loss";
  EXPECT_THAT(text(view, 80, 10), HasSubstr("best: no trial is complete yet"));
}

TEST(LiveReader, ReadsWhatTheDatabaseHolds) {
  ReportDatabase database;
  database.add_trials();
  database.run(
      "INSERT INTO events(at, sweep_id, kind, detail_json) VALUES "
      "('2026-01-31T10:00:00.000Z', 1, 'odd', '{}')");
  const auto queries = storage::open_queries(database.file);
  LiveReader reader;
  LiveView view = reader.read(*queries, queries->newest_sweep().value());
  EXPECT_EQ(view.name, "digits");
  EXPECT_EQ(view.planned, 6);
  EXPECT_EQ(view.complete, 2);
  EXPECT_EQ(view.done(), 5);
  EXPECT_EQ(view.saved_epochs, 2);
  ASSERT_TRUE(view.best);
  EXPECT_EQ(view.best->trial, 1U);
  EXPECT_EQ(view.best->params, "hidden [64, 32], learning_rate 0.01235");
  EXPECT_THAT(view.best_so_far, ElementsAre(std::pair(1.0, 0.875), std::pair(2.0, 0.9375)));
  EXPECT_THAT(view.running, IsEmpty());
  ASSERT_EQ(view.events.size(), 1U);
  EXPECT_EQ(view.events[0].first, "2026-01-31 10:00:00");
  // What has changed since is there at the next look.
  database.run("UPDATE trials SET value = 0.99, score = -0.99 WHERE number = 0");
  view = reader.read(*queries, queries->newest_sweep().value());
  EXPECT_EQ(view.best->trial, 0U);
}

// A row in the state `running` is only a running trial while a process holds the sweep's lock.
TEST(LiveReader, TakesNoTrialOfADeadProcessForARunningOne) {
  ReportDatabase database;
  database.add_trials();
  database.run("UPDATE sweeps SET state = 'running'");
  database.run("UPDATE trials SET state = 'running' WHERE number = 5");
  const auto queries = storage::open_queries(database.file);
  {
    const storage::SweepLock lock(database.file, 1, "digits");
    const LiveView view = LiveReader().read(*queries, queries->newest_sweep().value());
    ASSERT_EQ(view.running.size(), 1U);
    EXPECT_EQ(view.running[0].number, 5U);
    EXPECT_THAT(view.running[0].curve, ElementsAre(9.0));
    EXPECT_EQ(view.state, storage::SweepState::kRunning);
  }
  const LiveView view = LiveReader().read(*queries, queries->newest_sweep().value());
  EXPECT_THAT(view.running, IsEmpty());
  EXPECT_EQ(view.state, storage::SweepState::kInterrupted);
}

}  // namespace
}  // namespace hpsearch::reports

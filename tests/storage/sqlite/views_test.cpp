#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "search/sweep/standing.h"
#include "storage/queries.h"
#include "tests/storage/store_fixtures.h"

namespace hpsearch::storage {
namespace {

using testing::Each;
using testing::HasSubstr;
using testing::Not;

struct BruteTrial {
  std::int64_t trial_id;
  std::int64_t number;
  std::string state;
  std::optional<double> value;
  double score;
  int stage;
  int epochs_done;
  double seconds;
  bool mean = false;  // of several trainings
};
struct BruteSweep {
  std::string name;
  std::string goal;
  std::vector<BruteTrial> trials;
};

// Random sweeps in plain vectors, written by plain SQL: values collide often, stages may lack
// complete trials, numbers come in no order, and some complete trials have no value.
class RandomSweeps : public testing::TestWithParam<unsigned> {
 protected:
  void SetUp() override {
    std::mt19937 random(GetParam());
    auto below = [&](unsigned n) { return static_cast<int>(random() % n); };
    const char* states[] = {"complete", "complete", "complete", "pruned",     "diverged",
                            "failed",   "queued",   "running",  "interrupted"};
    const auto store_opened = open_store(file, "1.0");
    Store& store = *store_opened;
    std::string inserts = "BEGIN;";
    std::int64_t next_id = 1;
    for (int s = 0; s < 6; ++s) {
      BruteSweep sweep{fmt::format("sweep{}", s), s % 2 == 0 ? "maximize" : "minimize", {}};
      const std::int64_t sweep_id = make_sweep(store, sweep.name, sweep.goal).sweep_id;
      const int n = s == 0 ? 0 : below(60);
      std::vector<std::int64_t> numbers(static_cast<std::size_t>(n));
      for (int i = 0; i < n; ++i) {
        numbers[static_cast<std::size_t>(i)] = i;
      }
      std::shuffle(numbers.begin(), numbers.end(), random);
      for (const std::int64_t number : numbers) {
        BruteTrial t{next_id++, number,   states[below(9)], std::nullopt,
                     0.0,       below(3), below(20),        below(100) / 8.0};
        const bool has_value = t.state == "complete" ? below(10) > 0 : t.state == "pruned";
        if (has_value) {
          t.value = below(8) / 8.0;
          t.score = sweep.goal == "minimize" ? *t.value : -*t.value;
          t.mean = s >= 3 && below(4) == 0;
        }
        inserts += fmt::format(
            "INSERT INTO trials(trial_id, sweep_id, number, state, value, score, best_epoch, "
            "epochs_done, epochs, seed, stage, params_json, params_hash, created_at, seconds) "
            "VALUES ({}, {}, {}, '{}', {}, {}, {}, {}, 20, {}, {}, '{{}}', '', '', {});",
            t.trial_id, sweep_id, t.number, t.state, t.value ? fmt::to_string(*t.value) : "NULL",
            t.value ? fmt::to_string(t.score) : "NULL", t.mean ? "NULL" : "1", t.epochs_done,
            7 * t.number, t.stage, t.seconds);
        for (int epoch = 1; epoch <= t.epochs_done % 4; ++epoch) {
          inserts +=
              fmt::format("INSERT INTO epochs(trial_id, epoch, val_loss) VALUES ({}, {}, {});",
                          t.trial_id, epoch, epoch / 4.0);
        }
        sweep.trials.push_back(t);
      }
      sweeps.push_back(sweep);
    }
    Sql(file).run(inserts + "COMMIT");
  }

  // The definition, word for word: trials of the last stage that has complete ones compete; means
  // of several trainings first, then better values, earlier numbers first among equals; no rank
  // without a value.
  static std::vector<BruteTrial> ranked(const BruteSweep& sweep) {
    int last_stage = -1;
    for (const BruteTrial& t : sweep.trials) {
      if (t.state == "complete") {
        last_stage = std::max(last_stage, t.stage);
      }
    }
    std::vector<BruteTrial> ranked;
    for (const BruteTrial& t : sweep.trials) {
      if (t.state == "complete" && t.stage == last_stage && t.value) {
        ranked.push_back(t);
      }
    }
    const bool maximize = sweep.goal == "maximize";
    std::sort(ranked.begin(), ranked.end(), [&](const BruteTrial& a, const BruteTrial& b) {
      if (a.mean != b.mean) {
        return a.mean;
      }
      if (*a.value != *b.value) {
        return maximize ? *a.value > *b.value : *a.value < *b.value;
      }
      return a.number < b.number;
    });
    return ranked;
  }

  test::TempFolder folder;
  std::filesystem::path file = folder.path() / "x.db";
  std::vector<BruteSweep> sweeps;
};

// As SQLite writes a real number that needs few digits.
std::string real(double value) {
  std::string text = fmt::to_string(value);
  return text.find('.') == std::string::npos ? text + ".0" : text;
}

std::string rank_text(const std::string& sweep, std::size_t rank, const BruteTrial& t) {
  return fmt::format("{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{{}}", sweep, rank, t.number, t.trial_id,
                     real(*t.value), t.mean ? "NULL" : "1", t.epochs_done, t.stage, real(t.seconds),
                     7 * t.number);
}

constexpr char kRankSql[] =
    "SELECT sweep, rank, trial, trial_id, value, best_epoch, epochs_done, stage, "
    "seconds, seed, params_json FROM ";

TEST_P(RandomSweeps, AreRankedAsBruteForceRanksThem) {
  Sql sql(file);
  std::vector<std::string> all;
  std::vector<std::string> best;
  for (const BruteSweep& sweep : sweeps) {
    const std::vector<BruteTrial> expected = ranked(sweep);
    std::vector<std::string> rows;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      rows.push_back(rank_text(sweep.name, i + 1, expected[i]));
    }
    EXPECT_EQ(sql.rows(kRankSql +
                       fmt::format("leaderboard WHERE sweep = '{}' ORDER BY rank", sweep.name)),
              rows);
    all.insert(all.end(), rows.begin(), rows.end());
    if (!rows.empty()) {
      best.push_back(rows.front());
    }
  }
  EXPECT_EQ(sql.rows(std::string(kRankSql) + "leaderboard ORDER BY sweep, rank"), all);
  EXPECT_EQ(sql.rows(std::string(kRankSql) + "best_trials ORDER BY sweep"), best);
}

// The runner and the reports rank trials by this function.
TEST_P(RandomSweeps, AreRankedInTheOrderOfBetter) {
  Sql sql(file);
  for (const BruteSweep& sweep : sweeps) {
    std::vector<search::Standing> standings;
    for (const BruteTrial& t : sweep.trials) {
      standings.push_back({*search::trial_state(t.state), t.stage,
                           t.value ? std::optional(t.score) : std::nullopt,
                           static_cast<std::uint64_t>(t.number), t.mean});
    }
    std::sort(standings.begin(), standings.end(), search::better);
    std::vector<std::string> expected;
    for (const search::Standing& standing : standings) {
      if (search::ranks(standing, standings.front())) {
        expected.push_back(std::to_string(standing.number));
      }
    }
    const std::string where = " WHERE sweep = '" + sweep.name + "'";
    EXPECT_EQ(sql.rows("SELECT trial FROM leaderboard" + where + " ORDER BY rank"), expected);
    EXPECT_EQ(sql.row("SELECT trial FROM best_trials" + where),
              expected.empty() ? "no row" : expected.front());
  }
}

TEST_P(RandomSweeps, AreReadByQueriesAsBruteForceRanksThem) {
  const auto queries_opened = open_queries(file);
  Queries& queries = *queries_opened;
  for (const BruteSweep& sweep : sweeps) {
    const std::vector<BruteTrial> expected = ranked(sweep);
    const std::vector<LeaderboardRow> rows = queries.leaderboard(sweep.name, 3);
    ASSERT_EQ(rows.size(), std::min<std::size_t>(3, expected.size()));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const LeaderboardRow& r = rows[i];
      const BruteTrial& t = expected[i];
      EXPECT_EQ(r.rank, static_cast<std::int64_t>(i) + 1);
      EXPECT_EQ(static_cast<std::int64_t>(r.trial), t.number);
      EXPECT_EQ(r.trial_id, t.trial_id);
      EXPECT_EQ(r.value, *t.value);
      EXPECT_EQ(r.best_epoch, t.mean ? 0 : 1);
      EXPECT_EQ(r.epochs_done, t.epochs_done);
      EXPECT_EQ(r.stage, t.stage);
      EXPECT_EQ(r.seconds, t.seconds);
      EXPECT_EQ(static_cast<std::int64_t>(r.seed), 7 * t.number);
      EXPECT_EQ(r.params_json, "{}");
    }
    const auto best = queries.best(sweep.name);
    ASSERT_EQ(best.has_value(), !expected.empty());
    if (best) {
      EXPECT_EQ(best->trial_id, expected.front().trial_id);
    }
  }
}

TEST_P(RandomSweeps, AreSummedUpAsBruteForceSums) {
  const auto queries_opened = open_queries(file);
  Queries& queries = *queries_opened;
  for (const BruteSweep& sweep : sweeps) {
    std::map<std::string, std::int64_t> states;
    std::int64_t epochs = 0;
    double seconds = 0.0;
    for (const BruteTrial& t : sweep.trials) {
      ++states[t.state];
      epochs += t.epochs_done;
      seconds += t.seconds;
    }
    const std::vector<BruteTrial> expected = ranked(sweep);
    const SummaryRow row = queries.summary(sweep.name);
    EXPECT_EQ(row.trials, static_cast<std::int64_t>(sweep.trials.size()));
    EXPECT_EQ(row.complete, states["complete"]);
    EXPECT_EQ(row.pruned, states["pruned"]);
    EXPECT_EQ(row.diverged, states["diverged"]);
    EXPECT_EQ(row.failed, states["failed"]);
    EXPECT_EQ(row.epochs, epochs);
    EXPECT_EQ(row.seconds, seconds);
    EXPECT_EQ(row.best, expected.empty() ? std::nullopt : expected.front().value);
  }
}

TEST_P(RandomSweeps, HaveTheirEpochsInTheCurves) {
  Sql sql(file);
  for (const BruteSweep& sweep : sweeps) {
    std::vector<std::string> expected;
    for (const BruteTrial& t : sweep.trials) {
      for (int epoch = 1; epoch <= t.epochs_done % 4; ++epoch) {
        expected.push_back(fmt::format("{}|{}|{}|0|{}|{}", t.number, t.state, t.trial_id, epoch,
                                       real(epoch / 4.0)));
      }
    }
    EXPECT_THAT(sql.rows(fmt::format("SELECT trial, state, trial_id, replicate, epoch, "
                                     "val_loss FROM learning_curves WHERE sweep = '{}'",
                                     sweep.name)),
                testing::UnorderedElementsAreArray(expected));
  }
}

INSTANTIATE_TEST_SUITE_P(Views, RandomSweeps, testing::Range(1U, 9U));

// 100,000 trials in one sweep and a few in another.
class ManyTrials : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder = new test::TempFolder;
    const auto store_opened = open_store(folder->path() / "x.db", "1.0");
    Store& store = *store_opened;
    make_sweep(store, "big", "maximize", {{"a", search::Numeric{}}});
    make_sweep(store, "small");
    Sql(folder->path() / "x.db")
        .run(
            "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 100009) "
            "INSERT INTO trials(sweep_id, number, state, value, score, best_epoch, epochs, seed, "
            "params_json, params_hash, created_at) SELECT 1 + (i >= 100000), i, 'complete', v, -v, "
            "1, 20, i, '{}', '', '' FROM (SELECT i, (i * 7919 % 99991) / 1e5 AS v FROM n)");
  }
  static void TearDownTestSuite() { delete folder; }

  // The virtual machine's steps that the whole query takes: its cost, free of the clock.
  int steps(const std::string& query) {
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(sqlite3_prepare_v2(sql.handle(), query.c_str(), -1, &statement, nullptr), SQLITE_OK);
    while (sqlite3_step(statement) == SQLITE_ROW) {
    }
    const int n = sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 0);
    sqlite3_finalize(statement);
    return n;
  }
  std::vector<std::string> plan(const std::string& query) {
    std::vector<std::string> details;
    for (const std::string& row : sql.rows("EXPLAIN QUERY PLAN " + query)) {
      details.push_back(row.substr(row.rfind('|') + 1));
    }
    return details;
  }

  static inline test::TempFolder* folder = nullptr;
  Sql sql{folder->path() / "x.db"};
};

TEST_F(ManyTrials, GiveTheirBestInAFewSteps) {
  EXPECT_EQ(sql.row("SELECT value FROM best_trials WHERE sweep = 'big'"),
            sql.row("SELECT MAX(value) FROM trials WHERE sweep_id = 1"));
  EXPECT_LT(steps("SELECT * FROM best_trials"), 1000);
  EXPECT_LT(steps("SELECT * FROM best_trials WHERE sweep = 'big'"), 1000);
}

TEST_F(ManyTrials, DoNotSlowDownTheViewsOfAnotherSweep) {
  EXPECT_EQ(sql.rows("SELECT * FROM leaderboard WHERE sweep = 'small'").size(), 10U);
  EXPECT_LT(steps("SELECT * FROM leaderboard WHERE sweep = 'small'"), 5000);
  EXPECT_EQ(sql.row("SELECT trials FROM sweep_summary WHERE sweep = 'small'"), "10");
  EXPECT_LT(steps("SELECT * FROM sweep_summary WHERE sweep = 'small'"), 5000);
}

TEST_F(ManyTrials, AreRankedInTimeProportionalToTheirNumber) {
  EXPECT_LT(steps("SELECT * FROM leaderboard WHERE sweep = 'big' ORDER BY rank LIMIT 10"),
            200 * 100'000);
}

TEST_F(ManyTrials, AreSortedByScoreThroughTheIndexOfTheirView) {
  EXPECT_LT(steps("SELECT * FROM trials_big ORDER BY score LIMIT 10"), 1000);
}

TEST_F(ManyTrials, AreNeverWalkedThroughWithoutAnIndex) {
  for (const char* query :
       {"SELECT * FROM best_trials", "SELECT * FROM best_trials WHERE sweep = 'big'",
        "SELECT * FROM leaderboard WHERE sweep = 'big'",
        "SELECT * FROM leaderboard WHERE sweep = 'big' ORDER BY rank LIMIT 10",
        "SELECT * FROM trials_big ORDER BY score",
        "SELECT * FROM sweep_summary WHERE sweep = 'big'",
        "SELECT * FROM learning_curves WHERE sweep = 'big'",
        "SELECT * FROM events WHERE trial_id = 1 AND kind = 'note' ORDER BY event_id DESC"}) {
    const std::vector<std::string> details = plan(query);
    EXPECT_THAT(details,
                Each(Not(testing::MatchesRegex("SCAN (t|x|y|e|trials|epochs|events)( .*)?"))))
        << query;
    EXPECT_THAT(details, testing::Contains(HasSubstr("USING"))) << query;
  }
  EXPECT_THAT(plan("SELECT * FROM trials_big ORDER BY score"), Each(Not(HasSubstr("TEMP B-TREE"))));
}

}  // namespace
}  // namespace hpsearch::storage

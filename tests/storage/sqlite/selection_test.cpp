#include "storage/selection.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/error.h"
#include "storage/queries.h"
#include "tests/storage/store_fixtures.h"

namespace hpsearch::storage {
namespace {

using search::TrialState;
using testing::ElementsAre;
using testing::IsEmpty;

// Six trials with a parameter `rate` of 0.1 times their number; 1 diverged, 4 failed.
class Selections : public testing::Test {
 protected:
  Selections() {
    for (std::uint64_t number = 0; number < 6; ++number) {
      const double rate = 0.1 * static_cast<double>(number);
      start_trial(f.store, sweep.sweep_id, trial_start(number, {{"rate", rate}}, {rate}));
      const bool complete = number != 1 && number != 4;
      end_trial(f.store, sweep.sweep_id,
                trial_end(number,
                          complete      ? TrialState::kComplete
                          : number == 1 ? TrialState::kDiverged
                                        : TrialState::kFailed,
                          complete ? std::optional(values[number]) : std::nullopt));
    }
  }
  TrialTable table(const Selection& selection) {
    const auto queries_opened = open_queries(f.file);
    Queries& queries = *queries_opened;
    return queries.select(sweep, selection);
  }
  std::vector<std::int64_t> trials(const Selection& selection) {
    std::vector<std::int64_t> numbers;
    for (const auto& row : table(selection).rows) {
      numbers.push_back(std::get<std::int64_t>(row.at(1)));
    }
    return numbers;
  }
  std::vector<std::int64_t> where(const std::string& expression) {
    return trials({.where = expression});
  }
  std::string error(const std::string& expression) {
    try {
      where(expression);
    } catch (const SelectionError& e) {
      return e.what();
    }
    return "no error";
  }

  static constexpr double values[] = {0.5, 0.0, 0.75, 0.25, 0.0, 0.75};
  StoreFixture f;
  SweepRow sweep =
      make_sweep(f.store, "o'clock \"x\"", "maximize", {{"rate", search::Numeric{0.0, 1.0}}});
};

TEST_F(Selections, HaveTheRankAndTheColumnsOfTheView) {
  const TrialTable all = table({.ranked_only = true});
  EXPECT_THAT(all.columns, ElementsAre("rank", "trial", "trial_id", "state", "value", "score",
                                       "stage", "best_epoch", "seconds", "rate"));
  ASSERT_EQ(all.rows.size(), 4U);
  EXPECT_EQ(all.rows[0][0], Cell(std::int64_t{1}));
  EXPECT_EQ(all.rows[0][1], Cell(std::int64_t{2}));
  EXPECT_EQ(all.rows[0][3], Cell("complete"));
  EXPECT_EQ(all.rows[0][4], Cell(0.75));
  EXPECT_EQ(all.rows[0][9], Cell(0.2));
}

TEST_F(Selections, AreSortedByRankAndThenByNumberUnlessAskedOtherwise) {
  EXPECT_THAT(trials({.ranked_only = true}), ElementsAre(2, 5, 0, 3));
  EXPECT_THAT(trials({}), ElementsAre(2, 5, 0, 3, 1, 4));
  EXPECT_THAT(trials({.sort = "rate"}), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(trials({.sort = "rate", .descending = true}), ElementsAre(5, 4, 3, 2, 1, 0));
  EXPECT_THAT(trials({.sort = "value"}), ElementsAre(3, 0, 2, 5, 1, 4)) << "without a value last";
  EXPECT_THAT(trials({.sort = "value", .descending = true}), ElementsAre(2, 5, 0, 3, 1, 4));
}

TEST_F(Selections, FindWhatTheExpressionSays) {
  EXPECT_THAT(where("rate > 0.15 AND rate < 0.45"), ElementsAre(2, 3, 4));
  EXPECT_THAT(where("state = 'diverged' OR (state) IN ('failed')"), ElementsAre(1, 4));
  EXPECT_THAT(where("value = (SELECT max(value) FROM leaderboard)"), ElementsAre(2, 5));
  EXPECT_THAT(where("rank <= 2"), ElementsAre(2, 5));
  EXPECT_THAT(where("\"rate\" < 0.05"), ElementsAre(0));
  EXPECT_THAT(where("state = ';--(\"' OR [trial] = 3"), ElementsAre(3));
  EXPECT_THAT(where("value < 0"), IsEmpty());
}

TEST_F(Selections, KnowTheTitlesOfTheReportToo) {
  EXPECT_THAT(where("val_accuracy > 0.7"), ElementsAre(2, 5));
  EXPECT_THAT(where("epoch = 2 AND trial < 2"), ElementsAre(0));
  EXPECT_THAT(trials({.sort = "val_accuracy"}), ElementsAre(3, 0, 2, 5, 1, 4));
}

TEST_F(Selections, RefuseWhatIsNotOneExpression) {
  EXPECT_EQ(error(""), "is empty");
  EXPECT_EQ(error(" \t"), "is empty");
  EXPECT_EQ(error("select 1"), "is a query");
  EXPECT_EQ(error("1; DROP TABLE trials"), "has a ';', which cannot be part of an expression");
  EXPECT_EQ(error("1) UNION SELECT (2"), "has a ')' without its '('");
  EXPECT_EQ(error("(1"), "has a '(' without its ')'");
  EXPECT_EQ(error("1 -- all"), "has a comment, '--'");
  EXPECT_EQ(error("1 /* all"), "has a comment, '/*'");
  EXPECT_EQ(error("state = 'a"), "has an unclosed '");
  EXPECT_EQ(error("[rate < 1"), "has an unclosed [");
  EXPECT_EQ(error("rate < ?"), "has a '?', which cannot be part of an expression");
  EXPECT_EQ(error("rate < :x"), "has a ':', which cannot be part of an expression");
  EXPECT_EQ(error("rate <"), "cannot be read: near \")\": syntax error");
  EXPECT_EQ(error("1 THEN 2"), "cannot be read: near \"THEN\": syntax error");
  EXPECT_EQ(error("1 LIMIT 2"), "cannot be read: near \"LIMIT\": syntax error");
  EXPECT_EQ(error("rate, trial"), "cannot be read: row value misused");
  EXPECT_EQ(error("json('{')"), "cannot be read: malformed JSON");
}

TEST_F(Selections, NameAnUnknownColumnAndTheKnownOnes) {
  for (const Selection& selection :
       {Selection{.where = "lr < 1"}, Selection{.where = "\"lr\" < 1"}, Selection{.sort = "lr"}}) {
    try {
      table(selection);
      FAIL() << "there is no such column";
    } catch (const UnknownColumn& error) {
      EXPECT_EQ(error.name, "lr");
      EXPECT_EQ(error.columns.size(), 10U);
      EXPECT_STREQ(error.what(), "unknown column 'lr'");
    }
  }
}

}  // namespace
}  // namespace hpsearch::storage

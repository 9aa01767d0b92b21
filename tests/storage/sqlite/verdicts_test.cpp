// Verdicts on constraints over results.
#include <gtest/gtest.h>

#include "tests/storage/store_fixtures.h"

namespace hpsearch::storage {
namespace {

using search::TrialState;

TEST(Verdicts, KeepWhatConstraintsAskedForAndRankByTheViolation) {
  const test::TempFolder folder;
  const auto file = folder.path() / "x.db";
  const auto store = open_store(file, "1.0");
  const std::int64_t sweep = make_sweep(*store, "s").sweep_id;
  const auto queries = [&] { return open_queries(file); };
  start_trial(*store, sweep, trial_start(0));
  end_trial(*store, sweep, trial_end(0, TrialState::kComplete, 0.5));
  start_trial(*store, sweep, trial_start(1));
  TrialEnd end = trial_end(1, TrialState::kComplete, 0.75);
  end.verdict =
      TrialEnd::Verdict{{{"parameters", 62210.0}, {"val_auc", 0.5}}, 0.125, {"parameters < 50000"}};
  end_trial(*store, sweep, end);
  const auto results = queries()->results(sweep);
  ASSERT_EQ(results.size(), 1U);
  EXPECT_EQ(results.at(1), end.verdict->results);
  EXPECT_EQ(store->results(sweep), results);
  EXPECT_EQ(queries()->trial(sweep, 0)->violation, 0.0);
  EXPECT_EQ(queries()->trial(sweep, 1)->violation, 0.125);
  EXPECT_EQ(queries()->best("s")->trial, 0U) << "the better value violates a constraint";
  EXPECT_EQ(queries()->summary("s").violating, 1);
  EXPECT_EQ(queries()->summary("s").best, 0.5);
  const auto events = queries()->log(sweep, queries()->trial(sweep, 1)->trial_id);
  EXPECT_EQ(
      events.back().event.detail_json,
      R"({"constraints":["parameters < 50000"],"results":{"parameters":62210,"val_auc":0.5}})");
  end.verdict = TrialEnd::Verdict{{{"parameters", 100.0}}, 0.0, {}};  // trained again
  end_trial(*store, sweep, end);
  EXPECT_EQ(queries()->results(sweep).at(1), end.verdict->results);
  EXPECT_EQ(queries()->best("s")->trial, 1U);
  end.verdict.reset();
  end_trial(*store, sweep, end);
  EXPECT_EQ(queries()->results(sweep).size(), 1U) << "no verdict keeps the earlier one";
}

}  // namespace
}  // namespace hpsearch::storage

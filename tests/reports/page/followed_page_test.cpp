// A page that follows its sweep shows what a page that is made anew shows.

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "reports/page/sweep_page.h"
#include "reports/sweep/digest.h"
#include "tests/storage/store_fixtures.h"

namespace hpsearch::reports {
namespace {

using nlohmann::json;
using search::TrialState;
using storage::Queries;

std::string no_yaml(const storage::SweepRow& /*sweep*/, const storage::LeaderboardRow& /*best*/) {
  return "yaml";
}

json shown(const FollowedPage& page, Queries& queries) {
  json data = json::parse(page.json(queries));
  // Which index a text has depends on when it was first seen.
  auto& trials = data["trials"];
  for (const auto& [column, texts] : {std::pair{"state", "states"},
                                      {"worker", "workers"},
                                      {"reason", "reasons"},
                                      {"origin", "origins"}}) {
    for (json& item : trials[column]) {
      item = item == -1 ? json() : trials[texts][item.get<std::size_t>()];
    }
    trials.erase(texts);
  }
  return data;
}

class FollowedPageTest : public testing::Test {
 protected:
  storage::SweepRow row() { return *queries->newest_sweep(); }

  // Updates until nothing is left to do.
  void update(FollowedPage& updated) {
    const Queries::Snapshot snapshot(*queries);
    do {
      updated.update(*queries, row());
    } while (!updated.complete());
  }

  void expect_as_new(const std::string& after) {
    update(page);
    FollowedPage fresh(no_yaml);
    update(fresh);
    EXPECT_EQ(shown(page, *queries), shown(fresh, *queries)) << after;
    EXPECT_EQ(page.advice(), fresh.advice()) << after;
  }

  storage::StoreFixture f;
  std::unique_ptr<Queries> queries = storage::open_queries(f.file);
  FollowedPage page{no_yaml};
};

TEST_F(FollowedPageTest, ShowsWhatIsThereAfterEachStepOfARun) {
  auto start = [&](std::uint64_t number, int attempt) {
    storage::TrialStart trial =
        storage::trial_start(number, {{"l2", 0.1 * static_cast<double>(number)}});
    trial.attempt = attempt;
    storage::start_trial(f.store, f.sweep, trial);
  };
  auto end = [&](std::uint64_t number, TrialState state, std::optional<double> value) {
    storage::end_trial(f.store, f.sweep, storage::trial_end(number, state, value));
  };
  const std::vector<std::pair<std::string, std::function<void()>>> steps{
      {"no trial", [] {}},
      {"a run begins", [&] { f.begin_run(10); }},
      {"a trial begins", [&] { start(0, 1); }},
      {"an epoch", [&] { storage::record_epoch(f.store, f.sweep, 0, storage::epoch_record(1)); }},
      {"a second trial begins", [&] { start(1, 1); }},
      {"the second ends", [&] { end(1, TrialState::kFailed, std::nullopt); }},
      {"the first ends", [&] { end(0, TrialState::kComplete, 0.5); }},
      {"a third", [&] { f.trial(2, TrialState::kComplete, 0.75); }},
      {"one is queued",
       [&] {
         storage::enqueue_trial(f.store, f.sweep, storage::trial_start(3, {{"l2", 9.0}}));
       }},
      {"a later one ends", [&] { f.trial(4, TrialState::kDiverged); }},
      {"the failed one is put back", [&] { f.store.put_back(f.sweep, {1}); }},
      {"the limit is lowered", [&] { f.begin_run(2); }},
      {"the limit is raised", [&] { f.begin_run(10); }},
      {"the failed one is tried again",
       [&] {
         start(1, 2);
         storage::record_epoch(f.store, f.sweep, 1, storage::epoch_record(1, 0.875));
         end(1, TrialState::kComplete, 0.875);
       }},
      {"a value is edited by hand",
       [&] {
         storage::Sql(f.file).run("UPDATE trials SET value = 0.25, score = -0.25 WHERE number = 2");
       }},
      {"a trial is deleted by hand",
       [&] { storage::Sql(f.file).run("DELETE FROM trials WHERE number = 0"); }},
  };
  for (const auto& [name, step] : steps) {
    step();
    expect_as_new(name);
  }
  const json trials = shown(page, *queries)["trials"];
  EXPECT_EQ(trials["number"], json({1, 2, 3, 4}));
  EXPECT_EQ(trials["value"], json({0.875, 0.25, nullptr, nullptr}));
  EXPECT_EQ(trials["state"], json({"complete", "complete", "queued", "diverged"}));
}

TEST_F(FollowedPageTest, OfALargeSweepComesInPartsThatAreWholeInTheEnd) {
  storage::Sql(f.file).run(
      "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 20999) "
      "INSERT INTO trials(sweep_id, number, state, value, score, best_epoch, epochs_done, epochs, "
      "seed, params_json, params_hash, created_at) SELECT 1, i, 'complete', i % 97, -(i % 97), 1, "
      "20, 20, i, '{}', '', '' FROM n");
  const Queries::Snapshot snapshot(*queries);
  page.update(*queries, row());
  EXPECT_FALSE(page.complete());
  const json first = shown(page, *queries);
  EXPECT_EQ(first["trials"]["number"].size(), 21000U);
  EXPECT_TRUE(first["sweep"]["digest"].is_null());
  EXPECT_EQ(first["statisticsPending"], true);
  std::vector<std::string> parts{page.parts()};
  while (!page.complete()) {
    page.update(*queries, row());
    parts.push_back(page.parts());
  }
  EXPECT_THAT(parts, testing::SizeIs(testing::Gt(2U))) << "an update does not do everything";
  const json last = shown(page, *queries);
  EXPECT_EQ(last["sweep"]["digest"], sweep_digest(*queries, f.sweep));
  EXPECT_EQ(last["statisticsPending"], false);
}

}  // namespace
}  // namespace hpsearch::reports

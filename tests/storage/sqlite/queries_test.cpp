#include "storage/queries.h"

#include <cmath>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/error.h"
#include "tests/storage/store_fixtures.h"

namespace hpsearch::storage {
namespace {

using search::TrialState;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(Queries, ListSweepsNewestFirst) {
  StoreFixture f;
  make_sweep(f.store, "a");
  make_sweep(f.store, "z");
  const auto queries_opened = open_queries(f.file);
  Queries& queries = *queries_opened;
  EXPECT_THAT(queries.sweep_names(), ElementsAre("z", "a", "s"));
  EXPECT_EQ(queries.newest_sweep()->name, "z");
}

TEST(Queries, FindSweepsWithoutRegardToCase) {
  StoreFixture f;
  f.store.begin_run(f.sweep, {"yaml", "hash", "{\"h\":1}", 5, {}});
  f.store.end_run(f.sweep, SweepState::kComplete, StopReason::kRunCap, std::nullopt, {});
  const auto queries_opened = open_queries(f.file);
  Queries& queries = *queries_opened;
  const auto row = queries.sweep("S");
  ASSERT_TRUE(row);
  EXPECT_EQ(row->sweep_id, f.sweep);
  EXPECT_EQ(row->method, "random");
  EXPECT_EQ(row->metric, "val_accuracy");
  EXPECT_EQ(row->goal, "maximize");
  EXPECT_EQ(row->seed, 1U);
  EXPECT_EQ(row->config_yaml, "yaml");
  EXPECT_EQ(row->config_hash, "hash");
  EXPECT_EQ(row->data_json, "{}");
  EXPECT_EQ(row->state, SweepState::kComplete);
  EXPECT_EQ(row->stop_reason, StopReason::kRunCap);
  EXPECT_EQ(row->host_json, "{\"h\":1}");
  EXPECT_TRUE(row->finished_at);
}

TEST(Queries, GiveTheNewestEventsOfASweepOldestFirst) {
  StoreFixture f;
  const std::int64_t other = make_sweep(f.store, "other").sweep_id;
  f.trial(4, TrialState::kComplete, 0.5);
  for (const char* kind : {"a", "b", "c"}) {
    f.store.add_event(f.sweep, kind[0] == 'b' ? std::optional(std::uint64_t{4}) : std::nullopt,
                      {kind, "{}"});
    f.store.add_event(other, std::nullopt, {"x", "{}"});
  }
  const auto queries = open_queries(f.file);
  const auto last = queries->last_events(f.sweep, 2);
  ASSERT_EQ(last.size(), 2U);
  EXPECT_EQ(last[0].event.kind + last[1].event.kind, "bc");
  EXPECT_EQ(last[0].trial, 4U);
  EXPECT_FALSE(last[1].trial);
  EXPECT_EQ(queries->last_events(f.sweep, 100).size(), queries->log(f.sweep).size());
}

TEST(Queries, AreEmptyWhereThereIsNothing) {
  StoreFixture f;
  const auto queries_opened = open_queries(f.file);
  Queries& queries = *queries_opened;
  EXPECT_FALSE(queries.sweep("other"));
  EXPECT_THAT(queries.stages(f.sweep + 1), IsEmpty());
  EXPECT_EQ(queries.summary("other").trials, 0);
  EXPECT_EQ(queries.summary("s").best, std::nullopt);
  EXPECT_THAT(queries.leaderboard("other", 5), IsEmpty());
  EXPECT_FALSE(queries.best("s"));
  EXPECT_THAT(queries.trials(f.sweep + 1), IsEmpty());
  EXPECT_THAT(queries.epochs(1), IsEmpty());
  EXPECT_THAT(queries.metrics(1), IsEmpty());
  EXPECT_THAT(queries.events(f.sweep, "note"), IsEmpty());
  test::TempFolder folder;
  open_store(folder.path() / "x.db", "1.0");
  EXPECT_FALSE(open_queries(folder.path() / "x.db")->newest_sweep());
}

TEST(Queries, ReadStagesMetricsEpochsAndEvents) {
  StoreFixture f;
  f.trial(0, TrialState::kComplete, 0.5);
  record_epoch(f.store, f.sweep, 0, epoch_record(2, std::nan("")));
  f.store.add_event(f.sweep, 0, {"note", "1"});
  f.store.end_run(f.sweep, SweepState::kComplete, StopReason::kRunCap, 1,
                  {{2, "test_loss", 0.25}, {2, "test_accuracy", std::nan("")}, {0, "z", 1.0}});
  const auto queries_opened = open_queries(f.file);
  Queries& queries = *queries_opened;
  ASSERT_EQ(queries.stages(f.sweep).size(), 1U);
  EXPECT_EQ(queries.stages(f.sweep)[0].epochs, 3);
  EXPECT_EQ(queries.stages(f.sweep)[0].trials, 10);
  const std::vector<MetricRow> metrics = queries.metrics(1);
  ASSERT_EQ(metrics.size(), 3U);
  EXPECT_EQ(metrics[0].name, "z");
  EXPECT_EQ(metrics[1].name, "test_accuracy");
  EXPECT_TRUE(std::isnan(metrics[1].value));
  EXPECT_EQ(metrics[2].epoch, 2);
  EXPECT_EQ(metrics[2].value, 0.25);
  const std::vector<nn::EpochRecord> epochs = queries.epochs(1);
  ASSERT_EQ(epochs.size(), 2U);
  EXPECT_EQ(epochs[0].epoch, 1);
  EXPECT_EQ(epochs[0].train_loss, 0.1);
  EXPECT_EQ(epochs[0].update_ratio, 0.8);
  EXPECT_EQ(epochs[0].seconds, 0.9);
  EXPECT_TRUE(std::isnan(epochs[1].val_accuracy));
  EXPECT_EQ(queries.events(f.sweep, "note").at(0).detail_json, "1");
}

TEST(Queries, SeeWhatIsCommittedUnlessTheyHoldASnapshot) {
  StoreFixture f;
  const auto live_opened = open_queries(f.file);
  Queries& live = *live_opened;
  const auto held_opened = open_queries(f.file);
  Queries& held = *held_opened;
  held.hold_snapshot();
  f.trial(0, TrialState::kComplete, 0.5);
  EXPECT_EQ(live.trials(f.sweep).size(), 1U);
  EXPECT_THAT(held.trials(f.sweep), IsEmpty());
  EXPECT_EQ(held.summary("s").trials, 0);
}

TEST(Queries, LeaveNothingBesideTheFile) {
  test::TempFolder folder;
  open_store(folder.path() / "x.db", "1.0");
  { open_queries(folder.path() / "x.db")->sweep_names(); }
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    names.push_back(entry.path().filename());
  }
  EXPECT_THAT(names, ElementsAre("x.db"));
}

TEST(Queries, GiveTrialsOneAtATimeAndMayBeAskedMeanwhile) {
  StoreFixture f;
  start_trial(f.store, f.sweep, trial_start(2));
  start_trial(f.store, f.sweep, trial_start(0));
  start_trial(f.store, f.sweep, trial_start(1));
  Sql(f.file).run(
      "INSERT INTO metrics VALUES (1, 0, 2, 'a', 0.5), (1, 0, 1, 'a', NULL), "
      "(1, 0, 1, 'b', 7), (1, 1, 1, 'a', 8)");
  const auto queries_opened = open_queries(f.file);
  Queries& queries = *queries_opened;
  std::vector<std::uint64_t> numbers;
  std::size_t points = 0;
  queries.for_each_trial(f.sweep, [&](const TrialRow& trial) {
    numbers.push_back(trial.number);
    points += queries.metric(trial.trial_id, "a").size();
  });
  EXPECT_THAT(numbers, ElementsAre(0, 1, 2));
  EXPECT_EQ(points, 2U);
  const auto metric = queries.metric(1, "a");
  ASSERT_EQ(metric.size(), 2U) << "of replicate 0";
  EXPECT_TRUE(metric[0].epoch == 1 && std::isnan(metric[0].value));
  EXPECT_TRUE(metric[1].epoch == 2 && metric[1].value == 0.5);
  EXPECT_TRUE(queries.has_metric(f.sweep, "b"));
  EXPECT_FALSE(queries.has_metric(f.sweep, "c"));
  EXPECT_FALSE(queries.has_metric(f.sweep + 1, "b"));
}

}  // namespace
}  // namespace hpsearch::storage

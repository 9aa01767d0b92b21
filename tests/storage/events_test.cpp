// Events against the texts that databases hold: the left side of each pair was written by the
// program before its events had types.
#include "storage/events.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/checkpoint_events.h"
#include "storage/precision_event.h"
#include "storage/repeat_event.h"
#include "tests/storage/store_fixtures.h"

namespace hpsearch::storage {
namespace {

const std::vector<EventRow> kStored{
    {"run_started", R"({"fingerprint":"AMD 1","workers":4,"run_cap":50})"},
    {"run_started", R"({"fingerprint":"","workers":4,"run_cap":50,"deterministic":false})"},
    {"run_ended", R"({"reason":"run_cap","state":"complete"})"},
    {"run_ended", R"({"reason":"error","state":"interrupted"})"},
    {"warm_started",
     R"({"database":"o.db","path":"/d/o.db","sweep":"o","trials":60,"used":45,"not_used":[)"
     R"({"why":"failed","trials":4}],"differences":["a \"b\" é"],"space":{"z":{"min":0.5},"a":{}}})"},
    {"stage_started",
     R"({"stage":1,"trials":18,"points":"sobol","epochs":7,"carried":[4,11],"axes":[)"
     R"({"parameter":"z","action":"kept","reason":"r"},{"parameter":"a","action":"b","reason":""}]})"},
    {"stage_started", R"({"stage":0,"trials":18,"points":"","carried":[],"axes":[]})"},
    {"suggested", R"({"method":"tpe","results":12,"pending":[10,11],"why":{"z":"24","a":"0.5"}})"},
    {"suggested", R"({"method":"gp","results":0,"earlier":3,"pending":[],"why":{}})"},
    {"workers_waited", R"({"waited_seconds":1.5,"worker_seconds":80.125,"lag":4})"},
    {"resumed", R"({"attempt":2})"},
    {"enqueued", "{}"},
    {"retried", R"({"reason":"out of memory","attempt":1})"},
    {"beyond_stop", R"({"state":"complete","reason":null})"},
    {"beyond_stop", R"({"state":"failed","reason":"a \"b\""})"},
    {"repeated", R"({"seeds":3})"},
    {"precision_chosen", R"({"precision":"bf16"})"},
    {"continued", R"({"epoch":7,"replicate":0})"},
    {"checkpoint_unusable", R"({"reason":"its file is missing","replicate":2})"},
    {"pruned", R"({"epoch":12,"reason":"iteration 12: 0.83 is worse"})"},
    {"test_metric_of_other_weights", "{}"},
};

template <class Event>
void again(const EventRow& row, std::vector<EventRow>& rows) {
  if (const auto event = Event::from_row(row)) {
    rows.push_back(event->to_row());
  }
}

// What the types that can read the row write for it: one does.
std::vector<EventRow> through_types(const EventRow& row) {
  std::vector<EventRow> rows;
  again<RunStarted>(row, rows);
  again<RunEnded>(row, rows);
  again<WarmStarted>(row, rows);
  again<StageStarted>(row, rows);
  again<Suggested>(row, rows);
  again<WorkersWaited>(row, rows);
  again<Resumed>(row, rows);
  again<Enqueued>(row, rows);
  again<Retried>(row, rows);
  again<BeyondStop>(row, rows);
  again<PrecisionChosen>(row, rows);
  again<Continued>(row, rows);
  again<CheckpointUnusable>(row, rows);
  again<Pruned>(row, rows);
  again<Repeated>(row, rows);
  again<TestMetricOfOtherWeights>(row, rows);
  return rows;
}

TEST(Events, GoThroughTheirTypesByteByByte) {
  for (const EventRow& row : kStored) {
    const std::vector<EventRow> rows = through_types(row);
    ASSERT_EQ(rows.size(), 1U) << row.kind << " " << row.detail_json;
    EXPECT_EQ(rows[0].kind, row.kind);
    EXPECT_EQ(rows[0].detail_json, row.detail_json);
  }
}

TEST(Events, ReadTheirMembers) {
  const auto run = RunStarted::from_row(kStored[1]);
  EXPECT_TRUE(run->workers == 4 && run->run_cap == 50 && !run->deterministic);
  const auto ended = RunEnded::from_row(kStored[3]);
  EXPECT_TRUE(ended->state == SweepState::kInterrupted && !ended->reason);
  const auto warm = WarmStarted::from_row(kStored[4]);
  EXPECT_EQ(warm->not_used.at(0).trials, 4U);
  EXPECT_EQ(warm->space_json, R"({"z":{"min":0.5},"a":{}})");
  const auto stage = StageStarted::from_row(kStored[5]);
  EXPECT_THAT(stage->carried, testing::ElementsAre(4, 11));
  EXPECT_EQ(stage->changes.at(1).action, "b");
  const auto suggested = Suggested::from_row(kStored[7]);
  EXPECT_THAT(suggested->why,
              testing::ElementsAre(testing::Pair("z", "24"), testing::Pair("a", "0.5")));
  EXPECT_EQ(BeyondStop::from_row(kStored[14])->reason, "a \"b\"");
}

TEST(Events, AreMissingSomeMembersInOlderDatabases) {
  EXPECT_TRUE(RunStarted::from_row({"run_started", R"({"workers":2,"run_cap":6})"}));
  EXPECT_TRUE(StageStarted::from_row({"stage_started", R"({"stage":0,"trials":6})"}));
  EXPECT_TRUE(Suggested::from_row({"suggested", R"({"method":"gp","results":1})"}));
}

TEST(Events, OfALaterVersionMayEndForAnotherReason) {
  const auto ended =
      RunEnded::from_row({"run_ended", R"({"state":"complete","reason":"boredom"})"});
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->reason, StopReason::kUnknown);
}

// Every text that stops early, and one with each byte replaced: read or refused, never thrown.
TEST(Events, AreRefusedWhereTheyAreDamaged) {
  for (const EventRow& row : kStored) {
    for (std::size_t length = 0; length < row.detail_json.size(); ++length) {
      EXPECT_THAT(through_types({row.kind, row.detail_json.substr(0, length)}), testing::IsEmpty());
    }
    for (std::size_t i = 0; i < row.detail_json.size(); ++i) {
      for (const char c : {'0', '"', '-', '{', ']', '\xFF', '\0'}) {
        EventRow damaged = row;
        damaged.detail_json[i] = c;
        EXPECT_LE(through_types(damaged).size(), 1U);
      }
    }
    EXPECT_THAT(through_types({row.kind, "[]"}), testing::IsEmpty());
    EXPECT_THAT(through_types({row.kind, "7"}), testing::IsEmpty());
    EXPECT_THAT(through_types({"other", row.detail_json}), testing::IsEmpty());
  }
}

TEST(Events, AreRefusedWhereAMemberHasAnotherType) {
  for (const EventRow& row : std::vector<EventRow>{
           {"run_started", R"({"workers":"2","run_cap":6})"},
           {"run_started", R"({"workers":2.5,"run_cap":6})"},
           {"run_started", R"({"workers":99999999999,"run_cap":6})"},
           {"run_started", R"({"workers":2,"run_cap":6,"deterministic":1})"},
           {"run_ended", R"({"state":"odd","reason":"time"})"},
           {"run_ended", R"({"state":"complete","reason":null})"},
           {"warm_started", R"({"database":"a","sweep":"b","trials":-1,"used":0})"},
           {"warm_started", R"({"database":"a","sweep":"b","trials":1,"used":0,"not_used":[1]})"},
           {"stage_started", R"({"stage":0,"trials":6,"carried":["x"]})"},
           {"stage_started", R"({"stage":0,"trials":6,"axes":[{"parameter":"a"}]})"},
           {"suggested", R"({"method":"gp","results":1,"why":[]})"},
           {"suggested", R"({"method":"gp","results":1,"why":{"a":1}})"},
           {"beyond_stop", R"({"state":"odd","reason":null})"},
           {"resumed", R"({"attempt":null})"}}) {
    EXPECT_THAT(through_types(row), testing::IsEmpty()) << row.detail_json;
  }
}

// The store writes this kind in SQL, for all trials at once.
TEST(Events, BeyondAStopAreWrittenBySqlAsByTheirType) {
  StoreFixture f;
  f.trial(0, search::TrialState::kComplete, 0.5);
  start_trial(f.store, f.sweep, trial_start(1));
  TrialEnd failed = trial_end(1, search::TrialState::kFailed);
  failed.reason = "out of \"memory\" \\ \xC3\xA9";
  end_trial(f.store, f.sweep, failed);
  f.store.cut_beyond(f.sweep, 0);
  const auto rows = f.store.events(f.sweep, "beyond_stop");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].detail_json,
            (BeyondStop{search::TrialState::kComplete, {}}.to_row().detail_json));
  EXPECT_EQ(rows[1].detail_json,
            (BeyondStop{search::TrialState::kFailed, failed.reason}.to_row().detail_json));
}

TEST(States, AreReadFromTheirWords) {
  for (const SweepState state :
       {SweepState::kRunning, SweepState::kInterrupted, SweepState::kComplete}) {
    EXPECT_EQ(sweep_state(to_text(state)), state);
  }
  for (const char* word :
       {"run_cap", "time", "epochs", "target", "no_improvement", "failures", "space", "signal"}) {
    ASSERT_TRUE(stop_reason(word)) << word;
    EXPECT_EQ(to_text(*stop_reason(word)), word);
  }
  for (const char* word : {"sampler", "enqueued", "carried", "promoted", "retry"}) {
    ASSERT_TRUE(origin(word)) << word;
    EXPECT_EQ(to_text(*origin(word)), word);
  }
  EXPECT_FALSE(sweep_state("Complete"));
  EXPECT_FALSE(stop_reason(""));
  EXPECT_FALSE(origin("user"));
  EXPECT_EQ(to_text(static_cast<SweepState>(99)), "");
}

}  // namespace
}  // namespace hpsearch::storage

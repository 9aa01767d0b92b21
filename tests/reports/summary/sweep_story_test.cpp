#include "reports/summary/sweep_story.h"

#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "reports/sweep/event_text.h"
#include "reports/sweep/space_text.h"
#include "tests/reports/report_database.h"

namespace hpsearch::reports {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

class Story : public testing::Test {
 protected:
  SweepStory story() {
    const auto queries_opened = storage::open_queries(database.file);
    storage::Queries& queries = *queries_opened;
    return read_sweep_story(queries, queries.newest_sweep().value());
  }
  void event(const std::string& trial_id, const std::string& kind, const std::string& detail) {
    database.run(
        "INSERT INTO events(at, sweep_id, trial_id, kind, detail_json) VALUES "
        "('2026-01-31T10:00:00.000Z', 1, " +
        trial_id + ", '" + kind + "', '" + detail + "')");
  }

  std::unique_ptr<storage::Queries> queries() const { return storage::open_queries(database.file); }

  ReportDatabase database;
};

TEST_F(Story, TellsStagesAndEventsInOrder) {
  database.add_trials();
  event("NULL", "run_started", R"({"workers":2,"run_cap":6})");
  event("NULL", "stage_started", R"({"stage":0,"epochs":3,"trials":6})");
  event("1", "resumed", R"({"attempt":2})");
  event("2", "resumed", R"({"attempt":2})");
  event("3", "resumed", R"({"attempt":3})");
  event("6", "beyond_stop", R"({"state":"complete","reason":null})");
  event("5", "retried", R"({"reason":"out of memory"})");
  event("5", "enqueued", "{}");
  event("NULL", "from_the_future", R"({"x":1})");
  event("NULL", "run_ended", R"({"state":"interrupted","reason":"signal"})");
  EXPECT_THAT(story_text(story()),
              EndsWith("digest: e55f6a155df36f9e\n"
                       "\n"
                       "stage 0: 6 trials of 3 epochs\n"
                       "  dropout        0.25 in all trials\n"
                       "  hidden         [64], [64, 32]\n"
                       "  learning_rate  0.0001 to 1, log scale\n"
                       "\n"
                       "events (UTC)\n"
                       "  2026-01-31 10:00:00  a run began: 2 workers, run_cap 6\n"
                       "  2026-01-31 10:00:00  stage 0 began: 6 trials of 3 epochs\n"
                       "  2026-01-31 10:00:00  trials 0 and 1: begun again, attempt 2\n"
                       "  2026-01-31 10:00:00  trial 2: begun again, attempt 3\n"
                       "  2026-01-31 10:00:00  trial 5: set aside beyond the sweep's stop; was "
                       "complete\n"
                       "  2026-01-31 10:00:00  trial 4: put back to be trained again; had failed: "
                       "out of memory\n"
                       "  2026-01-31 10:00:00  trial 4: enqueued\n"
                       "  2026-01-31 10:00:00  from_the_future {\"x\":1}\n"
                       "  2026-01-31 10:00:00  the run ended: interrupted, ended by a signal\n"));
}

TEST_F(Story, TellsWithWhichResultsTheSweepBegan) {
  event("NULL", "warm_started",
        R"({"database":"old.db","sweep":"old","trials":60,"used":45,"not_used":[)"
        R"({"why":"failed","trials":4},{"why":"unfinished","trials":11}],)"
        R"("differences":["momentum was searched there and is 0.9 here"],)"
        R"("space":{"learning_rate":{"min":0.001,"max":2.0}}})");
  EXPECT_THAT(story_text(story()),
              AllOf(HasSubstr("\nwarm start: began with 45 results of 'old' (old.db)\n"),
                    EndsWith("  began with 45 of 60 trials of 'old' (old.db); not used: 4 failed, "
                             "11 unfinished; momentum was searched there and is 0.9 here\n")));
  EXPECT_EQ(read_warm_summary(*queries(), 1)->space_json,
            R"({"learning_rate":{"min":0.001,"max":2.0}})");
  EXPECT_EQ(event_text({"warm_started", "{}"}), "warm_started") << "as stored";
  EXPECT_EQ(event_text({"warm_started", "nonsense"}), "warm_started nonsense");
  EXPECT_EQ(event_text({"suggested", R"({"method":"gp","results":1,"earlier":45,"pending":[3]})"}),
            "suggested by gp from 1 result and 45 of an earlier sweep, with trial 3 pending");
}

TEST_F(Story, SaysByWhichRuleARunEnded) {
  EXPECT_EQ(reason_text("target"), "the target is reached");
  EXPECT_EQ(reason_text("space"), "all points of the space are tried");
  EXPECT_EQ(reason_text("epochs"), "the epochs of the stop rule are trained");
  EXPECT_EQ(reason_text("time"), "the time is up");
  EXPECT_EQ(reason_text("out of memory"), "out of memory");
}

TEST_F(Story, NamesTheFirstOfManyTrials) {
  std::vector<storage::LogRow> log;
  for (std::uint64_t trial = 0; trial < 100; ++trial) {
    log.push_back({"2026-01-31T10:00:00.000Z", trial, {"resumed", R"({"attempt":2})"}});
  }
  EXPECT_EQ(
      log_text(log),
      "  2026-01-31 10:00:00  trials 0, 1, 2, 3, 4, 5, 6, 7 and 92 more: begun again, attempt "
      "2\n");
  log.resize(9);
  EXPECT_THAT(log_text(log), HasSubstr("trials 0, 1, 2, 3, 4, 5, 6, 7 and 8: begun"));
}

TEST_F(Story, SurvivesDetailsThatAreNoJson) {
  event("NULL", "run_started", "?");
  event("NULL", "stage_started", "[]");
  EXPECT_THAT(story_text(story()), HasSubstr("  run_started ?\n"));
  EXPECT_EQ(nlohmann::json::parse(story_json(story())).at("events")[0].at("detail"), "?");
}

TEST_F(Story, SaysBesideTheDigestThatAGreedySweepIsNotReproducible) {
  event("NULL", "run_started", R"({"workers":2,"run_cap":6})");
  EXPECT_THAT(story_text(story()), Not(HasSubstr("reproducible")));
  EXPECT_EQ(nlohmann::json::parse(story_json(story())).at("reproducible"), true);
  event("NULL", "run_started", R"({"workers":2,"run_cap":6,"deterministic":false})");
  event("NULL", "workers_waited", R"({"waited_seconds":1.26,"worker_seconds":8.0,"lag":4})");
  EXPECT_THAT(
      story_text(story()),
      AllOf(HasSubstr("digest: e3b0c44298fc1c14 (not reproducible: "),
            HasSubstr("a run began: 2 workers, run_cap 6, not deterministic\n"),
            HasSubstr("workers waited 1.3 s of their 8.0 s for results of earlier trials\n")));
  EXPECT_EQ(nlohmann::json::parse(story_json(story())).at("reproducible"), false);
}

TEST_F(Story, AsJsonHasStagesAndEvents) {
  event("NULL", "run_started", R"({"workers":2})");
  const auto json = nlohmann::json::parse(story_json(story()));
  EXPECT_EQ(json.at("format"), 1);
  EXPECT_EQ(json.at("stages")[0].at("space").at("learning_rate").at("min"), 0.0001);
  EXPECT_EQ(json.at("stages")[0].at("begun"), false);
  EXPECT_EQ(json.at("events")[0].at("detail").at("workers"), 2);
  EXPECT_TRUE(json.at("events")[0].at("trial").is_null());
}

TEST(SpaceText, SaysWhatAParameterMayBe) {
  const auto texts =
      range_texts(R"({"a":{"min":16.0,"max":512.0,"scale":"log","step":1.0,"type":"integer"},)"
                  R"("b":{"min":0.0,"max":1.0,"scale":"linear","step":0.25,"type":"real"},)"
                  R"("c":{"values":["relu","tanh"]},"d":{"value":true},"e":{"mu":0.5}})");
  EXPECT_EQ(texts.at("a"), "16 to 512, log scale");
  EXPECT_EQ(texts.at("b"), "0 to 1, multiples of 0.25");
  EXPECT_EQ(texts.at("c"), "relu, tanh");
  EXPECT_EQ(texts.at("d"), "true in all trials");
  EXPECT_EQ(texts.at("e"), R"({"mu":0.5})");
  EXPECT_TRUE(range_texts("nonsense").empty());
}

TEST(SpaceText, DrawsAPlaceInItsRange) {
  EXPECT_EQ(place_bar(0.0), "[o...........]");
  EXPECT_EQ(place_bar(0.5), "[......o.....]");
  EXPECT_EQ(place_bar(1.0), "[...........o]");
  EXPECT_EQ(place_bar(-0.1), "[<...........]");
  EXPECT_EQ(place_bar(1.5), "[...........>]");
}

}  // namespace
}  // namespace hpsearch::reports

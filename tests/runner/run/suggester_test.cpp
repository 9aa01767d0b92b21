#include "runner/run/suggester.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runner/run/played_sweep.h"

namespace hpsearch::runner {
namespace {

using ::testing::HasSubstr;

// A suggester on the sampler, stages and recorder of a sweep, and the history that it asks.
class Asked : public PlayedSweep {
 public:
  explicit Asked(const std::string& yaml)
      : PlayedSweep(yaml, [](const TrialTask&) { return test::Script{}; }), store_(open()) {
    sampler_ = sampler(*store_);
    stages_ = store_->stages(id);
    suggester =
        std::make_unique<Suggester>(spec(), *sampler_, method().learns, stages_, std::set<int>{});
  }

  // As the driver does: what is suggested begins.
  std::optional<Launch> begin(std::uint64_t number) {
    auto launch = suggester->suggest(number, history);
    if (launch) {
      if (launch->stage) {
        const storage::Entry entry = *launch->stage;
        store_->commit(id, {&entry, 1});
      }
      history.add_begun(number, launch->start.stage, launch->start.params);
    }
    return launch;
  }
  void end(std::uint64_t number, double score, int stage = 0, search::ParamSet params = {}) {
    history.add_ended({number, stage, search::TrialState::kComplete, std::move(params), score, 3});
  }

  // What the database has of the stages that began.
  std::string recorded(const std::string& sql) { return query(sql); }

  std::unique_ptr<Suggester> suggester;
  History history;

 private:
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<search::Sampler> sampler_;
  std::vector<storage::StageRow> stages_;
};

TEST(Suggester, NeedsNoResultsWhereTheMethodLearnsNothing) {
  Asked asked(played_yaml(5));
  for (std::uint64_t number = 0; number < 5; ++number) {
    const auto launch = asked.begin(number);
    ASSERT_TRUE(launch);
    EXPECT_EQ(launch->task.number, number);
    EXPECT_EQ(launch->task.epochs, 3);
    EXPECT_EQ(launch->why, std::nullopt);
  }
  EXPECT_FALSE(asked.suggester->keeps_params());
  EXPECT_EQ(asked.recorded("SELECT count(*) FROM events WHERE kind = 'stage_started'"), "1");
}

TEST(Suggester, SuggestsNoPointTwiceAndSaysWhenNoneIsLeft) {
  Asked asked(played_yaml(5, "parameters: {batch_size: {values: [1, 2, 4]}}\n"));
  std::set<std::string> seen;
  for (std::uint64_t number = 0; number < 3; ++number) {
    const auto launch = asked.begin(number);
    ASSERT_TRUE(launch);
    seen.insert(search::params_json(launch->start.params));
  }
  EXPECT_EQ(seen.size(), 3U);
  EXPECT_FALSE(asked.begin(3));
  EXPECT_TRUE(asked.suggester->used_up());
  EXPECT_FALSE(asked.suggester->waits_for_results());
}

TEST(Suggester, SuggestsPointsAgainWhereDuplicatesAreAllowed) {
  Asked asked(played_yaml(5,
                          "search: {duplicates: allow}\n"
                          "parameters: {batch_size: {values: [1, 2, 4]}}\n"));
  for (std::uint64_t number = 0; number < 5; ++number) {
    EXPECT_TRUE(asked.begin(number));
  }
}

TEST(Suggester, LearnsWithTheLagOfTheFile) {
  const std::string yaml = played_yaml(9,
                                       "method: tpe\n"
                                       "parallel: {workers: 2}\n"
                                       "parameters: {l2: {min: 0.0, max: 1.0}}\n");
  Asked asked(yaml);
  EXPECT_TRUE(asked.suggester->keeps_params());
  EXPECT_TRUE(asked.begin(0));
  const auto second = asked.begin(1);
  ASSERT_TRUE(second);
  EXPECT_FALSE(asked.begin(2));
  EXPECT_TRUE(asked.suggester->waits_for_results());
  EXPECT_FALSE(asked.suggester->used_up());
  // The later one does not help: trial 2 learns from trial 0.
  asked.end(1, 0.5, 0, second->start.params);
  EXPECT_FALSE(asked.begin(2));
  asked.end(0, 0.5);
  const auto third = asked.begin(2);
  ASSERT_TRUE(third);
  EXPECT_FALSE(asked.suggester->waits_for_results());
  ASSERT_TRUE(third->why);
  EXPECT_EQ(third->why->kind, "suggested");
  EXPECT_THAT(third->why->detail_json, HasSubstr(R"("results":1,"pending":[1])"))
      << "trial 1 has ended, but does not count before trial 3";
}

TEST(Suggester, LearnsFromAllThatHasEndedWhereItIsGreedy) {
  Asked asked(played_yaml(9,
                          "method: tpe\n"
                          "parallel: {workers: 2, deterministic: false}\n"
                          "parameters: {l2: {min: 0.0, max: 1.0}}\n"));
  for (std::uint64_t number = 0; number < 5; ++number) {
    ASSERT_TRUE(asked.begin(number)) << "waits for nothing";
  }
  asked.end(3, 0.5);
  const auto launch = asked.begin(5);
  ASSERT_TRUE(launch && launch->why);
  EXPECT_THAT(launch->why->detail_json, HasSubstr(R"("results":1,"pending":[0,1,2,4])"));
}

TEST(Suggester, BeginsAStageWhenAllOfTheOneBeforeHasEnded) {
  Asked asked(played_yaml(6,
                          "method: coarse_to_fine\n"
                          "search: {stages: [{share: 0.5, epochs: 1}, {share: 0.5, epochs: 2}]}\n"
                          "parameters: {l2: {min: 0.0, max: 1.0}}\n"));
  std::vector<Launch> first;
  for (std::uint64_t number = 0; number < 3; ++number) {
    auto launch = asked.begin(number);
    ASSERT_TRUE(launch);
    EXPECT_EQ(launch->task.epochs, 1);
    first.push_back(*std::move(launch));
  }
  asked.end(0, 0.5, 0, first[0].start.params);
  asked.end(2, 0.1, 0, first[2].start.params);
  EXPECT_FALSE(asked.begin(3));
  EXPECT_FALSE(asked.suggester->waits_for_results()) << "a stage is no lag";
  asked.end(1, 0.3, 0, first[1].start.params);
  const auto next = asked.begin(3);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->start.stage, 1);
  EXPECT_EQ(next->task.epochs, 2);
  EXPECT_EQ(next->start.origin, storage::Origin::kCarried);
  EXPECT_EQ(next->start.parent, 2U) << "the best of the stage before";
  EXPECT_EQ(next->start.params, first[2].start.params);
  EXPECT_EQ(asked.recorded("SELECT group_concat(json_extract(detail_json, '$.stage')) FROM events "
                           "WHERE kind = 'stage_started'"),
            "0,1");
}

}  // namespace
}  // namespace hpsearch::runner

#include "runner/run/lag_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "search/samplers/sampler.h"

namespace hpsearch::runner {
namespace {

TEST(LagNote, SaysWhichWorkersToWriteWhereAMethodLeavesSomeIdle) {
  for (const search::SamplerInfo& method : search::sampler_table()) {
    search::SweepSpec spec;
    spec.method = method.name;
    const bool learns = method.learns == search::Learns::kTrials;
    EXPECT_EQ(lag_note(spec, 4), "") << "the default lag is 4";
    EXPECT_EQ(lag_note(spec, 8).empty(), !learns) << method.name;
    spec.workers = 8;
    EXPECT_EQ(lag_note(spec, 8), "");
    spec.workers = 2;
    if (learns) {
      EXPECT_THAT(lag_note(spec, 8), testing::HasSubstr("leaves 6 of 8 workers idle"));
      EXPECT_THAT(lag_note(spec, 8), testing::HasSubstr("write parallel: {workers: 8}"));
    }
    spec.deterministic = false;
    EXPECT_EQ(lag_note(spec, 8), "") << "the greedy mode waits for nothing";
  }
}

TEST(LagNote, SaysSoWhereAPrunerDoes) {
  search::SweepSpec spec;
  spec.early_terminate = {{"hyperband", {{"min_iter", std::int64_t{3}}}, {}}};
  EXPECT_EQ(busy_workers(spec, 8), 4);
  EXPECT_THAT(
      lag_note(spec, 8),
      testing::StartsWith("early_terminate trains 4 trials at a time, so that what it stops "
                          "does not depend on timing, and leaves 4 of 8 workers idle"));
  EXPECT_EQ(waited_text(spec, 4, 1.25, 5.0),
            "workers waited 1.2 s, 25 % of their time, for results to compare with");
  spec.method = "tpe";
  EXPECT_THAT(lag_note(spec, 8), testing::StartsWith("method: tpe trains 4 trials at a time"));
  spec.deterministic = false;
  EXPECT_EQ(busy_workers(spec, 8), 8);
}

TEST(WaitedText, SaysWhatWaitingCost) {
  EXPECT_EQ(waited_text({}, 2, 1.25, 5.0),
            "workers waited 1.2 s, 25 % of their time, for results to learn from");
}

}  // namespace
}  // namespace hpsearch::runner

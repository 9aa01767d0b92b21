// How the processes of one sweep take turns; two of them in this process.
#include "runner/run/joined_run.h"

#include <optional>
#include <stop_token>

#include <gtest/gtest.h>

#include "tests/runner/run/played_sweep.h"

namespace hpsearch::runner {
namespace {

using End = JoinedRun::End;

class JoinedRuns : public testing::Test {
 protected:
  std::unique_ptr<JoinedRun> join() {
    return std::make_unique<JoinedRun>(
        storage::open_claims(sweep.database(), "test", sweep.id, "played"), stop.get_token(),
        sweep.lines.printer);
  }
  // One that trains.
  std::unique_ptr<JoinedRun> begun() {
    auto run = join();
    EXPECT_TRUE(run->wait_for_turn());
    run->begin();
    return run;
  }
  void end_sweep() {
    sweep.open()->end_run(sweep.id, storage::SweepState::kComplete, storage::StopReason::kRunCap,
                          std::nullopt, {});
  }

  PlayedSweep sweep{played_yaml(4), [](const TrialTask&) { return flat(0.5); }};
  std::stop_source stop;
};

TEST_F(JoinedRuns, KnowWhetherOthersTrain) {
  const auto a = join();
  ASSERT_TRUE(a->wait_for_turn());
  EXPECT_FALSE(a->others_train());
  a->begin();
  const auto b = join();
  ASSERT_TRUE(b->wait_for_turn());
  EXPECT_TRUE(b->others_train());
  EXPECT_FALSE(a->others_train()) << "it has yet to begin";
}

TEST_F(JoinedRuns, EndTheSweepOnce) {
  const auto a = begun();
  const auto b = begun();
  ASSERT_EQ(a->wait_for_end(true), End::kHere);
  std::optional<End> other;
  std::jthread waiting([&] { other = b->wait_for_end(true); });
  end_sweep();
  waiting.join();
  EXPECT_EQ(other, End::kElsewhere);
}

TEST_F(JoinedRuns, TakeThePlaceOfOneThatDiesAsItEndsTheSweep) {
  auto a = begun();
  const auto b = begun();
  ASSERT_EQ(a->wait_for_end(true), End::kHere);
  std::optional<End> other;
  std::jthread waiting([&] { other = b->wait_for_end(false); });
  a.reset();
  waiting.join();
  EXPECT_EQ(other, End::kHere);
}

TEST_F(JoinedRuns, WaitUntilNoOtherProcessTrains) {
  const auto a = begun();
  const auto b = begun();
  storage::TrialStart start;
  start.worker = b->claims().worker("host", 0);
  ASSERT_TRUE(b->claims().claim({.start = start}));
  std::optional<End> end;
  std::jthread ending([&] { end = a->wait_for_end(true); });
  // Once the gate is closed, no further trial begins.
  start.number = 1;
  start.worker = b->claims().worker("host", 1);
  while (b->claims().claim({.start = start})) {
    ++start.number;
  }
  EXPECT_EQ(end, std::nullopt);
  b->claims().give_back("stopped");
  ending.join();
  EXPECT_EQ(end, End::kHere);
}

TEST_F(JoinedRuns, WaitNoLongerThanTheUser) {
  const auto a = begun();
  const auto b = begun();
  ASSERT_EQ(a->wait_for_end(true), End::kHere);
  stop.request_stop();
  EXPECT_EQ(b->wait_for_end(true), End::kStopped);
  EXPECT_FALSE(join()->wait_for_turn());
}

TEST_F(JoinedRuns, TheLastOneThatLeavesSaysHowTheSweepStands) {
  const auto a = begun();
  const auto b = begun();
  EXPECT_FALSE(a->leave("signal"));
  EXPECT_TRUE(b->leave("signal"));
}

}  // namespace
}  // namespace hpsearch::runner

#include "nn/base/profile.h"

#include <chrono>

#include <gtest/gtest.h>

namespace hpsearch::nn {
namespace {

// Keeps the thread busy until the clock has advanced.
void pass_some_time() {
  const auto begin = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - begin < std::chrono::microseconds(50)) {
  }
}

double seconds_in(Phase phase) {
  return profile_seconds()[static_cast<std::size_t>(phase)];
}

class ProfileOn : public testing::Test {
 protected:
  ProfileOn() { start_profile(); }
  ~ProfileOn() override { stop_profile(); }
};

TEST_F(ProfileOn, CountsAPhaseWithoutWhatIsInsideIt) {
  const auto begin = std::chrono::steady_clock::now();
  {
    const ProfileMark outer(Phase::kProducts);
    const ProfileMark inner(Phase::kDropout);
    pass_some_time();
  }
  const std::chrono::duration<double> all = std::chrono::steady_clock::now() - begin;
  EXPECT_GE(seconds_in(Phase::kDropout), 50e-6);
  EXPECT_LE(seconds_in(Phase::kDropout) + seconds_in(Phase::kProducts), all.count());
}

TEST_F(ProfileOn, CountsAllOfAnEvaluationAsThat) {
  {
    const ProfileMark outer(Phase::kRest);
    const ProfileMark evaluation(Phase::kEvaluation);
    const ProfileMark gather(Phase::kGather);
    pass_some_time();
  }
  EXPECT_GE(seconds_in(Phase::kEvaluation), 50e-6);
  EXPECT_EQ(seconds_in(Phase::kGather), 0.0);
}

TEST(Profile, CountsNothingUnlessItIsOn) {
  start_profile();
  stop_profile();
  {
    const ProfileMark mark(Phase::kLoss);
    pass_some_time();
  }
  EXPECT_EQ(seconds_in(Phase::kLoss), 0.0);
}

}  // namespace
}  // namespace hpsearch::nn

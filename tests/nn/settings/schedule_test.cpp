#include "nn/settings/schedule.h"

#include <cmath>
#include <limits>
#include <numbers>

#include <gtest/gtest.h>

namespace hpsearch::nn {
namespace {

LearningRate rates(const Schedule& schedule, std::size_t updates = 4, int epochs = 5) {
  return LearningRate(schedule, 0.5, updates, epochs);
}

TEST(Schedule, IsConstantByDefault) {
  const LearningRate rate = rates({});
  EXPECT_EQ(rate.at(1, 0), 0.5);
  EXPECT_EQ(rate.at(5, 3), 0.5);
}

TEST(Schedule, FallsByEpochs) {
  const LearningRate step = rates({.kind = ScheduleKind::kStep, .every = 2, .factor = 0.1});
  const LearningRate exponential = rates({.kind = ScheduleKind::kExponential, .factor = 0.9});
  const LearningRate inverse = rates({.kind = ScheduleKind::kInverseTime, .decay = 0.5});
  for (int epoch = 1; epoch <= 5; ++epoch) {
    for (std::size_t update = 0; update < 4; ++update) {
      EXPECT_DOUBLE_EQ(step.at(epoch, update), 0.5 * std::pow(0.1, (epoch - 1) / 2));
      EXPECT_DOUBLE_EQ(exponential.at(epoch, update), 0.5 * std::pow(0.9, epoch - 1));
      EXPECT_DOUBLE_EQ(inverse.at(epoch, update), 0.5 / (1.0 + 0.5 * (epoch - 1)));
    }
  }
}

TEST(Schedule, FollowsHalfACosine) {
  const LearningRate rate = rates({.kind = ScheduleKind::kCosine, .final = 0.1});
  for (int done = 0; done < 20; ++done) {
    const double expected = 0.05 + 0.45 * 0.5 * (1.0 + std::cos(std::numbers::pi * done / 20.0));
    EXPECT_NEAR(rate.at(done / 4 + 1, static_cast<std::size_t>(done % 4)), expected, 1e-15);
  }
}

// torch.optim.lr_scheduler.OneCycleLR(max_lr=0.5, total_steps=20) with its defaults; its first,
// highest and last rates follow from its documentation.
TEST(Schedule, GoesThroughOneCycle) {
  const LearningRate rate = rates({.kind = ScheduleKind::kOneCycle, .final = 4e-6});
  EXPECT_NEAR(rate.at(1, 0), 0.5 / 25.0, 1e-15);
  EXPECT_NEAR(rate.at(2, 1), 0.5, 1e-15);  // update 5 = 0.3 * 20 - 1
  EXPECT_NEAR(rate.at(5, 3), 0.5 / 25.0 / 1e4, 1e-15);
  // In between: half cosines.
  EXPECT_NEAR(rate.at(1, 2), 0.5 + (0.02 - 0.5) / 2.0 * (1.0 + std::cos(std::numbers::pi * 0.4)),
              1e-15);
  EXPECT_NEAR(rate.at(4, 0), 2e-6 + (0.5 - 2e-6) / 2.0 * (1.0 + std::cos(std::numbers::pi * 0.5)),
              1e-15);
}

TEST(Schedule, CyclesThroughTrainingsOfOneUpdate) {
  const LearningRate rate = rates({.kind = ScheduleKind::kOneCycle, .final = 4e-6}, 1, 1);
  EXPECT_EQ(rate.at(1, 0), 0.5) << "too short to rise: it begins at the full rate";
}

TEST(Schedule, FallsOnAPlateauOfTheValidationLoss) {
  LearningRate rate = rates({.kind = ScheduleKind::kPlateau, .factor = 0.1, .patience = 1});
  rate.observe(1.0);
  rate.observe(0.99995);  // less than a relative 1e-4: the first epoch to wait
  EXPECT_EQ(rate.at(3, 0), 0.5);
  rate.observe(1.0);  // the second: more than patience
  EXPECT_DOUBLE_EQ(rate.at(4, 0), 0.05);
  rate.observe(0.5);
  rate.observe(std::numeric_limits<double>::quiet_NaN());
  EXPECT_DOUBLE_EQ(rate.at(5, 0), 0.05);
  rate.observe(0.6);
  EXPECT_DOUBLE_EQ(rate.at(5, 0), 0.005);
}

TEST(Schedule, WarmsUpUpdateByUpdate) {
  const LearningRate rate = rates({.warmup = 1.5});  // six updates
  EXPECT_NEAR(rate.at(1, 0), 0.5 / 6.0, 1e-15);
  EXPECT_NEAR(rate.at(1, 3), 0.5 * 4.0 / 6.0, 1e-15);
  EXPECT_EQ(rate.at(2, 1), 0.5);
  EXPECT_EQ(rate.at(5, 3), 0.5);
}

// As Transformers and timm (warmup_prefix) do it: the full rate is reached, then half a cosine
// takes what is left.
TEST(Schedule, BeginsWhereTheWarmUpEnds) {
  const auto with_warmup = [](Schedule schedule) {
    schedule.warmup = 5;
    return LearningRate(schedule, 1.0, 1, 10);
  };
  const LearningRate cosine = with_warmup({.kind = ScheduleKind::kCosine});
  const LearningRate step = with_warmup({.kind = ScheduleKind::kStep, .every = 2, .factor = 0.5});
  const LearningRate exponential = with_warmup({.kind = ScheduleKind::kExponential, .factor = 0.5});
  for (int epoch = 1; epoch <= 5; ++epoch) {
    EXPECT_DOUBLE_EQ(cosine.at(epoch, 0), 0.2 * epoch);
    EXPECT_DOUBLE_EQ(step.at(epoch, 0), 0.2 * epoch);
    EXPECT_DOUBLE_EQ(exponential.at(epoch, 0), 0.2 * epoch);
  }
  for (int after = 0; after < 5; ++after) {
    EXPECT_NEAR(cosine.at(6 + after, 0), 0.5 * (1.0 + std::cos(std::numbers::pi * after / 5.0)),
                1e-15);
    EXPECT_DOUBLE_EQ(step.at(6 + after, 0), std::pow(0.5, after / 2));
    EXPECT_DOUBLE_EQ(exponential.at(6 + after, 0), std::pow(0.5, after));
  }
}

// Of a ramp that is longer than the run the schedule never begins.
TEST(Schedule, WarmsUpBeyondTheRun) {
  const LearningRate rate(Schedule{.kind = ScheduleKind::kCosine, .warmup = 20.0}, 1.0, 1, 10);
  EXPECT_DOUBLE_EQ(rate.at(1, 0), 0.05);
  EXPECT_DOUBLE_EQ(rate.at(10, 0), 0.5);
}

// Four cycles, whose ends lie where log2(1 + 15 t) is whole: after 0, 1, 3, 7 and 15 of 15 parts.
TEST(Schedule, GoesThroughFourCyclesOfDoublingLength) {
  const LearningRate rate = rates({.kind = ScheduleKind::kCoslog4}, 1000, 15);
  for (const int done : {0, 1, 3, 7, 15, 16}) {
    EXPECT_NEAR(rate.at(done + 1, 0), 0.0, 1e-15) << done;
  }
  // In the middle of a cycle, at log2(1 + 15 t) = k + 1/2, the rate is the full one.
  for (const double length : {1.0, 2.0, 4.0, 8.0}) {
    const double done = 1000.0 * (length * std::sqrt(2.0) - 1.0);  // updates
    const auto update = static_cast<std::size_t>(std::lround(done));
    EXPECT_NEAR(rate.at(1 + static_cast<int>(update / 1000), update % 1000), 0.5, 1e-5) << length;
  }
  // A tenth of the way: (1 - cos(2 pi log2(2.5))) / 2.
  EXPECT_NEAR(rate.at(2, 500), 0.5 * 0.7183546884620604, 1e-12);
}

TEST(Schedule, StaysFlatAndThenFollowsACosine) {
  const LearningRate rate = rates({.kind = ScheduleKind::kFlatCos, .final = 0.1});
  for (int done = 0; done < 20; ++done) {
    const double fallen = done < 10 ? 0.0 : (done - 10) / 10.0;
    const double expected = 0.05 + 0.45 * 0.5 * (1.0 + std::cos(std::numbers::pi * fallen));
    EXPECT_NEAR(rate.at(done / 4 + 1, static_cast<std::size_t>(done % 4)), expected, 1e-15);
  }
  const LearningRate late = rates({.kind = ScheduleKind::kFlatCos, .warmup = 1}, 1, 5);
  EXPECT_EQ(late.at(3, 0), 0.5) << "half of the four updates after the warm-up";
  EXPECT_LT(late.at(5, 0), 0.5);
}

TEST(Schedule, FadesByTheShareOfAllUpdates) {
  const LearningRate rate = rates({.warmup = 2});
  EXPECT_EQ(rate.share_done(1, 0), 0.0);
  EXPECT_EQ(rate.share_done(3, 2), 0.5);
  EXPECT_EQ(rate.share_done(5, 3), 0.95);
  EXPECT_EQ(rate.share_done(7, 0), 1.0);
  for (const double share : {0.0, 0.25, 0.5, 0.75, 1.0}) {
    EXPECT_EQ(fade_at(Fade::kConstant, share), 1.0);
    EXPECT_NEAR(fade_at(Fade::kCosine, share), 0.5 + 0.5 * std::cos(std::numbers::pi * share),
                1e-15);
    EXPECT_NEAR(fade_at(Fade::kFlatCos, share), share < 0.6 ? 1.0 : share < 0.8 ? 0.5 : 0.0, 1e-15);
  }
}

}  // namespace
}  // namespace hpsearch::nn

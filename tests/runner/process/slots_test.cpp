#include "runner/process/slots.h"

#include <atomic>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hpsearch::runner {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Optional;

std::string refusal(const SlotPlan& plan, const std::vector<int>& machine) {
  try {
    const Slots slots(plan, machine);
    return "";
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

TEST(Slots, GivesEachTrialItsShare) {
  Slots slots({.workers = 2, .gpus = {"0", "GPU-8f6e"}, .cores = 2, .memory_bytes = 4096},
              {1, 3, 4, 7, 9});
  std::optional<Slots::Slot> first(slots.take());
  const Slots::Slot second = slots.take();
  EXPECT_EQ(first->number(), 0);
  EXPECT_THAT(first->gpu(), Optional(std::string("0")));
  EXPECT_THAT(first->cores(), ElementsAre(1, 3));
  EXPECT_THAT(first->memory_bytes(), Optional(4096U));
  EXPECT_THAT(first->environment(), ElementsAre("CUDA_VISIBLE_DEVICES=0", "OMP_NUM_THREADS=2"));
  EXPECT_EQ(second.number(), 1);
  EXPECT_THAT(second.cores(), ElementsAre(4, 7));
  EXPECT_THAT(second.environment(),
              ElementsAre("CUDA_VISIBLE_DEVICES=GPU-8f6e", "OMP_NUM_THREADS=2"));
  first.reset();
  EXPECT_EQ(slots.take().number(), 0);
}

TEST(Slots, LimitsOnlyWhatItIsToldTo) {
  Slots slots({.workers = 5}, {});
  const Slots::Slot slot = slots.take();
  EXPECT_EQ(slot.gpu(), std::nullopt);
  EXPECT_THAT(slot.cores(), IsEmpty());
  EXPECT_EQ(slot.memory_bytes(), std::nullopt);
  EXPECT_THAT(slot.environment(), IsEmpty());
}

TEST(Slots, AMovedSlotIsGivenBackOnce) {
  Slots slots({.workers = 2}, {});
  {
    Slots::Slot first = slots.take();
    const Slots::Slot same(std::move(first));
    EXPECT_EQ(slots.take().number(), 1);
  }
  const Slots::Slot first = slots.take();
  EXPECT_EQ(first.number(), 0);
  EXPECT_EQ(slots.take().number(), 1);
}

TEST(Slots, NoShareBelongsToTwo) {
  Slots slots({.workers = 3, .gpus = {"a", "b", "c", "d"}, .cores = 1}, {10, 11, 12});
  std::array<std::atomic<int>, 3> users{};
  std::atomic<int> clashes = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 2000; ++round) {
        const Slots::Slot slot = slots.take();
        auto& user = users.at(static_cast<std::size_t>(slot.cores()[0] - 10));
        clashes += ++user == 1 ? 0 : 1;
        --user;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(clashes, 0);
}

TEST(Slots, RefusesWhatTheMachineLacks) {
  EXPECT_EQ(refusal({.workers = 3, .gpus = {"0", "1"}}, {}),
            "3 workers need a GPU each, but 2 are listed; list more, or run 2 workers");
  EXPECT_EQ(refusal({.workers = 2, .gpus = {"0", "0"}}, {}), "GPU '0' is listed twice");
  EXPECT_EQ(refusal({.workers = 4, .cores = 2}, {0, 1, 2, 3, 4, 5}),
            "4 workers with 2 cores each need 8 cores, but only 6 can be used here; run 3 workers, "
            "or give "
            "each fewer cores");
  EXPECT_EQ(refusal({.workers = 1, .cores = 8}, {0, 1}),
            "1 worker with 8 cores each need 8 cores, but only 2 can be used here; give each at "
            "most 2 cores");
  EXPECT_EQ(refusal({.workers = 3, .gpus = {"0", "1", "2", "3"}, .cores = 2}, {0, 1, 2, 3, 4, 5}),
            "");
}

}  // namespace
}  // namespace hpsearch::runner

#include "runner/run/executor.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <latch>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace hpsearch::runner {
namespace {

TEST(Executor, RunsAllJobsBeforeItEnds) {
  std::atomic<int> done = 0;
  {
    const auto executor = make_executor(3);
    for (int i = 0; i < 1000; ++i) {
      executor->submit([&] { ++done; });
    }
  }
  EXPECT_EQ(done, 1000);
}

// More workers than cores, too: each of the jobs waits for all the others.
TEST(Executor, RunsAsManyJobsAtOnceAsItHasWorkers) {
  constexpr int kWorkers = 6;
  std::latch together(kWorkers);
  std::mutex mutex;
  std::set<std::thread::id> threads;
  {
    const auto executor = make_executor(kWorkers);
    for (int i = 0; i < kWorkers; ++i) {
      executor->submit([&] {
        together.arrive_and_wait();
        const std::lock_guard lock(mutex);
        threads.insert(std::this_thread::get_id());
      });
    }
  }
  EXPECT_EQ(threads.size(), 6U);
  EXPECT_FALSE(threads.contains(std::this_thread::get_id()));
}

TEST(Executor, NeverRunsMoreJobsAtOnceThanItHasWorkers) {
  std::atomic<int> running = 0;
  std::atomic<int> most = 0;
  {
    const auto executor = make_executor(2);
    for (int i = 0; i < 200; ++i) {
      executor->submit([&] {
        const int now = ++running;
        int seen = most;
        while (now > seen && !most.compare_exchange_weak(seen, now)) {
        }
        std::this_thread::yield();
        --running;
      });
    }
  }
  EXPECT_LE(most, 2);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
// Without the question before it, oneTBB ends the process or waits for ever.
TEST(ExecutorDeathTest, SaysHowManyThreadsThereAre) {
  const auto with_little_memory = [] {
    const rlimit little{1'000'000'000, 1'000'000'000};  // a thread's stack takes eight million
    setrlimit(RLIMIT_AS, &little);
    try {
      make_executor(500);
    } catch (const std::runtime_error& error) {
      std::fputs(error.what(), stderr);
      std::_Exit(7);
    }
    std::_Exit(0);
  };
  EXPECT_EXIT(with_little_memory(), testing::ExitedWithCode(7),
              "cannot start 500 threads, only [0-9]+: .*--workers");
}
#endif

}  // namespace
}  // namespace hpsearch::runner

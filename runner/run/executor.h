// Runs jobs on a fixed number of threads.
#pragma once

#include <functional>
#include <memory>

namespace hpsearch::runner {

class Executor {
 public:
  virtual ~Executor() = default;  // returns when every job has ended

  // Queues a job. It must not throw. Thread-safe.
  virtual void submit(std::function<void()> job) = 0;
};

// With exactly `workers` threads, none of them the caller's: oneTBB, or its twin on std::jthread
// where the build chose that (HPSEARCH_EXECUTOR).
std::unique_ptr<Executor> make_executor(int workers);

}  // namespace hpsearch::runner

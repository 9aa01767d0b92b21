// Runs jobs on a fixed number of threads.
#pragma once

#include <functional>
#include <memory>

namespace hpsearch::runner {

class Executor {
 public:
  virtual ~Executor() = default;  // waits until every job has ended

  // Queues a job. It must not throw. Thread-safe.
  virtual void submit(std::function<void()> job) = 0;
};

// An executor with exactly `workers` threads, none of them the caller's: oneTBB, or its twin on
// std::jthread if the build chose that (HPSEARCH_EXECUTOR). Throws std::runtime_error if the system
// does not give that many threads.
std::unique_ptr<Executor> make_executor(int workers);

}  // namespace hpsearch::runner

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "runner/run/executor.h"
#include "runner/run/thread_probe.h"

namespace hpsearch::runner {
namespace {

// The same contract as executor_tbb.cpp on plain threads, for the thread sanitizer, which cannot
// see into an uninstrumented libtbb.
class ThreadExecutor final : public Executor {
 public:
  explicit ThreadExecutor(int workers) {
    for (int i = 0; i < workers; ++i) {
      threads_.emplace_back([this] { work(); });
    }
  }

  ~ThreadExecutor() override {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    changed_.notify_all();
  }

  void submit(std::function<void()> job) override {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
    changed_.notify_one();
  }

 private:
  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return !jobs_.empty() || closing_; });
      if (jobs_.empty()) {
        return;
      }
      const std::function<void()> job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      job();
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;  // guarded by mutex_
  bool closing_ = false;                    // likewise
  std::vector<std::jthread> threads_;  // last: they use all members above, so they must join first
};

}  // namespace

std::unique_ptr<Executor> make_executor(int workers) {
  require_threads(workers);
  return std::make_unique<ThreadExecutor>(workers);
}

}  // namespace hpsearch::runner

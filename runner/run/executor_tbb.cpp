#include <condition_variable>
#include <mutex>
#include <utility>

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>

#include "runner/run/executor.h"
#include "runner/run/thread_probe.h"

namespace hpsearch::runner {
namespace {

// Jobs are enqueued tasks in an arena without a slot for the calling thread, which drives the
// search and never trains. TBB counts that thread anyway, hence the + 1 in the global limit.
class TbbExecutor final : public Executor {
 public:
  explicit TbbExecutor(int workers)
      : limit_(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(workers) + 1),
        arena_(workers, 0) {}

  ~TbbExecutor() override {
    std::unique_lock lock(mutex_);
    all_done_.wait(lock, [this] { return running_ == 0; });
  }

  void submit(std::function<void()> job) override {
    {
      const std::lock_guard lock(mutex_);
      ++running_;
    }
    arena_.enqueue([this, job = std::move(job)] {
      job();
      const std::lock_guard lock(mutex_);
      if (--running_ == 0) {
        all_done_.notify_all();
      }
    });
  }

 private:
  tbb::global_control limit_;
  tbb::task_arena arena_;
  std::mutex mutex_;
  std::condition_variable all_done_;
  int running_ = 0;  // queued or running; guarded by mutex_
};

}  // namespace

std::unique_ptr<Executor> make_executor(int workers) {
  require_threads(workers);
  return std::make_unique<TbbExecutor>(workers);
}

}  // namespace hpsearch::runner

#include "storage/recorder.h"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "storage/error.h"
#include "storage/utc_now.h"

namespace hpsearch::storage {
namespace {

constexpr std::size_t kMaxQueued = 1 << 16;

}  // namespace

struct Recorder::Impl {
  Impl(Journal& to, std::int64_t sweep, std::function<void()> failure)
      : journal(to), sweep_id(sweep), on_failure(std::move(failure)), writer([this] { run(); }) {}

  void push(Entry entry) {
    std::unique_lock lock(mutex);
    room.wait(lock, [this] { return queue.size() < kMaxQueued || error; });
    if (error) {
      std::rethrow_exception(error);
    }
    queue.push_back(std::move(entry));
    ++handed_over;
    if (queue.size() == 1) {
      work.notify_one();
    }
  }

  // Waits until what has been handed over is committed, or for an error.
  void drain(bool end) {
    std::unique_lock lock(mutex);
    const std::uint64_t last = handed_over;
    ++waiting;
    closing = closing || end;
    work.notify_one();
    progress.wait(lock, [&] { return committed >= last || error; });
    --waiting;
    if (error) {
      std::rethrow_exception(error);
    }
  }

  void run() {
    try {
      auto last_tick = std::chrono::steady_clock::now();
      std::vector<Entry> batch;
      bool done = false;
      while (!done) {
        {
          std::unique_lock lock(mutex);
          work.wait(lock, [this] { return !queue.empty() || closing; });
          // Let more arrive, so that they share one transaction.
          work.wait_for(lock, kCommitInterval / 2, [this] { return waiting > 0 || closing; });
          batch.swap(queue);
          done = closing && batch.empty();
          room.notify_all();
        }
        const auto now = std::chrono::steady_clock::now();
        journal.commit(sweep_id, batch, std::chrono::duration<double>(now - last_tick).count());
        last_tick = now;
        std::unique_lock lock(mutex);
        committed += batch.size();
        progress.notify_all();
        batch.clear();
        // After the first groups, not before: who kills the process loses none of them, and only a
        // power cut needs to be waited for.
        if (queue.empty()) {
          lock.unlock();
          journal.make_durable();
        }
      }
    } catch (...) {
      {
        const std::lock_guard lock(mutex);
        error = std::current_exception();
        progress.notify_all();
        room.notify_all();
      }
      if (on_failure) {
        on_failure();
      }
    }
  }

  Journal& journal;  // the writer's alone until close()
  std::int64_t sweep_id;
  std::function<void()> on_failure;

  std::mutex mutex;  // guards what follows
  std::condition_variable work;
  std::condition_variable progress;
  std::condition_variable room;
  std::vector<Entry> queue;
  std::exception_ptr error;
  std::uint64_t handed_over = 0;  // entries so far
  std::uint64_t committed = 0;    // of them
  int waiting = 0;                // callers that wait for a commit: do it at once
  bool closing = false;           // end when the queue is empty

  std::jthread writer;  // last: it uses all of the above
};

Recorder::Recorder(Journal& journal, std::int64_t sweep_id, std::function<void()> on_failure)
    : impl_(std::make_unique<Impl>(journal, sweep_id, std::move(on_failure))) {}

Recorder::~Recorder() {
  if (impl_ && impl_->writer.joinable()) {
    try {
      impl_->drain(true);
    } catch (...) {  // a destructor has nobody to tell
    }
  }
}

void Recorder::begin_stage(StageRow stage, EventRow event) {
  event.at = utc_now();
  impl_->push(StageEntry{std::move(stage), std::move(event)});
}

void Recorder::start_trial(TrialStart start) {
  start.at = utc_now();
  impl_->push(std::move(start));
}

void Recorder::record_epoch(TrainingKey training, const nn::EpochRecord& record) {
  impl_->push(EpochEntry{training, record});
}

void Recorder::end_trial(TrialEnd end) {
  end.at = utc_now();
  impl_->push(std::move(end));
}

void Recorder::add_event(std::optional<std::uint64_t> number, EventRow event) {
  event.at = utc_now();
  impl_->push(EventEntry{number, std::move(event)});
}

void Recorder::flush() {
  impl_->drain(false);
}

void Recorder::close() {
  try {
    impl_->drain(true);
  } catch (...) {  // the writer's error: it has written its last, and is thrown below
  }
  if (impl_->writer.joinable()) {
    impl_->writer.join();
  }
  if (impl_->error) {  // also of the last commit, which adds the time that has passed
    std::rethrow_exception(impl_->error);
  }
}

}  // namespace hpsearch::storage

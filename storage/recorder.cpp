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
    room.wait(lock, [this] { return queue.size() < kMaxQueued || error || closed; });
    if (error) {
      std::rethrow_exception(error);
    }
    if (closed) {
      throw StoreError("the record of this run is closed");
    }
    queue.push_back(std::move(entry));
    ++handed_over;
    if (queue.size() == 1) {
      work.notify_one();
    }
  }

  // Waits until everything handed over so far is committed, or for an error. `end` closes the
  // queue.
  void drain(bool end) {
    std::unique_lock lock(mutex);
    const std::uint64_t last = handed_over;
    ++waiting;
    closing = closing || end;
    work.notify_one();
    progress.wait(lock, [&] { return committed >= last || error || closed; });
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
          // Wait a little, so that more records share the transaction.
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
        // Not before the first commits: they survive a killed process anyway, and only a power cut
        // requires the disk.
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

  std::mutex mutex;  // guards all members below, except the writer
  std::condition_variable work;
  std::condition_variable progress;
  std::condition_variable room;
  std::vector<Entry> queue;
  std::exception_ptr error;
  std::uint64_t handed_over = 0;  // number of entries
  std::uint64_t committed = 0;    // how many of them
  int waiting = 0;                // callers waiting for a commit, which then happens at once
  bool closing = false;           // the writer ends once the queue is empty
  bool closed = false;            // no writer is left to take anything

  std::jthread writer;  // last: it uses all members above
};

Recorder::Recorder(Journal& journal, std::int64_t sweep_id, std::function<void()> on_failure)
    : impl_(std::make_unique<Impl>(journal, sweep_id, std::move(on_failure))) {}

Recorder::~Recorder() {
  if (impl_ && impl_->writer.joinable()) {
    try {
      impl_->drain(true);
    } catch (...) {  // a destructor cannot report errors
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

void Recorder::start_replicate(ReplicateStart start) {
  impl_->push(start);
}

void Recorder::end_replicate(ReplicateEnd end) {
  impl_->push(end);
}

void Recorder::end_trial(TrialEnd end) {
  end.at = utc_now();
  impl_->push(std::move(end));
}

void Recorder::put_checkpoint(TrainingKey training, std::optional<CheckpointFile> file) {
  impl_->push(CheckpointEntry{training, std::move(file)});
}

std::uint64_t Recorder::handed_over() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->handed_over;
}

std::uint64_t Recorder::committed() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->committed;
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
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->closed = true;
    impl_->room.notify_all();
  }
  if (impl_->error) {  // also of the last commit, which adds the time that has passed
    std::rethrow_exception(impl_->error);
  }
}

}  // namespace hpsearch::storage

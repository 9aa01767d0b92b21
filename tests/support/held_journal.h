// A journal that a test can hold: what is handed to it stays uncommitted until then.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "tests/support/memory_journal.h"

namespace hpsearch::test {

// Thread-safe.
class HeldJournal final : public storage::Journal {
 public:
  void commit(std::int64_t sweep, std::span<const storage::Entry> batch, double seconds) override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !held_; });
    journal_.commit(sweep, batch, seconds);
  }
  void make_durable() override {}

  void hold(bool held) {
    const std::lock_guard lock(mutex_);
    held_ = held;
    changed_.notify_all();
  }

  const MemoryJournal& committed() const { return journal_; }

  // What a database would have of it.
  std::vector<storage::CheckpointRow> rows() const {
    std::map<std::pair<std::uint64_t, int>, std::optional<storage::CheckpointFile>> newest;
    for (const auto& entry : journal_.of<storage::CheckpointEntry>()) {
      newest[{entry.training.number, entry.training.replicate}] = entry.file;
    }
    std::vector<storage::CheckpointRow> rows;
    for (const auto& [key, file] : newest) {
      if (file) {
        rows.push_back({{key.first, key.second}, *file});
      }
    }
    return rows;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
  MemoryJournal journal_;
};

}  // namespace hpsearch::test

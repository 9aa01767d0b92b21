// A journal that keeps what it is handed, for tests of what a run records.
#pragma once

#include <cstdint>
#include <mutex>
#include <span>
#include <variant>
#include <vector>

#include "storage/error.h"
#include "storage/journal.h"

namespace hpsearch::test {

// Thread-safe: a recorder writes it from its own thread, and the test may look at any time.
class MemoryJournal final : public storage::Journal {
 public:
  void commit(std::int64_t, std::span<const storage::Entry> batch, double active_seconds) override {
    const std::lock_guard lock(mutex_);
    if (fails_) {
      throw storage::StoreError("memory: no room; make some and run again");
    }
    entries_.insert(entries_.end(), batch.begin(), batch.end());
    active_seconds_ += active_seconds;
  }
  void make_durable() override {}

  // From now on nothing can be written.
  void fail() {
    const std::lock_guard lock(mutex_);
    fails_ = true;
  }
  std::vector<storage::Entry> entries() const {
    const std::lock_guard lock(mutex_);
    return entries_;
  }
  double active_seconds() const {
    const std::lock_guard lock(mutex_);
    return active_seconds_;
  }
  // Those of one kind, in their order: of<storage::TrialEnd>().
  template <class Kind>
  std::vector<Kind> of() const {
    std::vector<Kind> found;
    for (const storage::Entry& entry : entries()) {
      if (const auto* one = std::get_if<Kind>(&entry)) {
        found.push_back(*one);
      }
    }
    return found;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<storage::Entry> entries_;
  double active_seconds_ = 0.0;
  bool fails_ = false;
};

}  // namespace hpsearch::test

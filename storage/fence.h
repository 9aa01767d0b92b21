// Keeps a process that has lost a trial from writing about it.
//
// A process may be taken for dead although it lives: its locks went with a file that somebody
// removed, or its lease ran out while it was stopped or cut off from the server. Another one then
// goes on with its trial, as the next attempt. Whoever writes asks here, in the transaction of the
// write, with the attempt that the database has: what an earlier attempt has to say comes too late.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace hpsearch::storage {

// Thread-safe.
class Fence {
 public:
  // This process has claimed the trial: it writes as this attempt.
  void hold(std::uint64_t trial, int attempt) {
    const std::lock_guard lock(mutex_);
    held_.insert_or_assign(trial, Held{attempt});
    std::erase(lost_, trial);  // a write of the attempt before may have come in between
  }

  // May this process write about the trial, whose attempt in the database is this? It may of trials
  // that it has never claimed, since it writes nothing of theirs that others do.
  bool admits(std::uint64_t trial, int attempt) {
    const std::lock_guard lock(mutex_);
    const auto held = held_.find(trial);
    if (held == held_.end()) {
      return true;
    }
    if (!held->second.lost && held->second.attempt != attempt) {
      held->second.lost = true;
      lost_.push_back(trial);
    }
    return !held->second.lost;
  }

  // This process was taken for dead: all that it held may be others' by now.
  void lose_all() {
    const std::lock_guard lock(mutex_);
    for (auto& [trial, held] : held_) {
      if (!std::exchange(held.lost, true)) {
        lost_.push_back(trial);
      }
    }
  }

  // Its end is in the database.
  void ended(std::uint64_t trial) {
    const std::lock_guard lock(mutex_);
    held_.erase(trial);
  }

  bool holds(std::uint64_t trial, int attempt) const {
    const std::lock_guard lock(mutex_);
    const auto held = held_.find(trial);
    return held != held_.end() && !held->second.lost && held->second.attempt == attempt;
  }

  // The trials that writes have found lost since the last call.
  std::vector<std::uint64_t> take_lost() {
    const std::lock_guard lock(mutex_);
    return std::exchange(lost_, {});
  }

 private:
  struct Held {
    int attempt = 1;
    bool lost = false;
  };
  mutable std::mutex mutex_;
  std::map<std::uint64_t, Held> held_;
  std::vector<std::uint64_t> lost_;
};

}  // namespace hpsearch::storage

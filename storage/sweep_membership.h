// A process among those that share a sweep of one database on one machine.
//
// It lives as long as its locks, which the kernel takes away with the process: no heartbeat, and no
// clock that could call a slow process dead.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "storage/lock_file.h"

namespace hpsearch::storage {

// Thread-safe, except for the constructor. All locks are taken without waiting.
class SweepMembership {
 public:
  // Takes a free seat. Throws SweepBusy while a process runs the sweep alone, after some seconds,
  // and StoreError as SweepLock does.
  SweepMembership(const std::filesystem::path& database,
                  std::int64_t sweep_id,
                  const std::string& sweep_name);
  ~SweepMembership();  // leaves; the last one removes the file
  SweepMembership(const SweepMembership&) = delete;
  SweepMembership& operator=(const SweepMembership&) = delete;

  // The lowest number that no living process had. Somebody dead may have had it before.
  int seat() const { return seat_; }
  // Is there a process on this seat? True of the own one.
  bool is_alive(int seat) const { return seat == seat_ || file_->is_locked(kSeats + seat); }

  void say_begun() { file_->lock_shared(kBegun); }
  bool others_have_begun() const { return file_->is_locked(kBegun); }

  bool try_turn() { return file_->lock(kTurn); }
  void end_turn() { file_->unlock(kTurn); }

  // A claim is made between these two; false where the gate is closed.
  bool enter_gate() { return file_->lock_shared(kGate); }
  void leave_gate() { file_->unlock(kGate); }
  // False while another process makes a claim, or has closed it itself.
  bool try_close_gate() { return file_->lock(kGate); }

  // True of one process at a time, and of the same one until it ends.
  bool keeps_time() { return file_->lock(kClock); }

 private:
  std::optional<LockFile> file_;
  int seat_ = -1;
};

}  // namespace hpsearch::storage

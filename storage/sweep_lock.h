// Ensures that a process which runs a sweep alone is the only one.
//
// The lock is a kernel lock on a small file beside the database. It ends with its process, however
// that ends, so a killed run never blocks the next one. Symbolic links to the database are
// resolved, so all its names share the lock. On a PostgreSQL server it is a lease by the server's
// clock, which its process renews. Processes that share a sweep have a Claims instead.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/lock_file.h"

namespace hpsearch::storage {

class SweepHold;

class SweepLock {
 public:
  // Takes the lock of this sweep. Throws SweepBusy, naming an owner, if other processes hold it
  // for half a second; a process that only cleans up after a dead one holds it for an instant.
  // Throws StoreError if the name belongs to a symbolic link or to a file that is no lock.
  SweepLock(const std::filesystem::path& database,
            std::int64_t sweep_id,
            const std::string& sweep_name);
  ~SweepLock();  // releases the lock and removes the file
  SweepLock(const SweepLock&) = delete;
  SweepLock& operator=(const SweepLock&) = delete;

  using Owner = LockOwner;

  // A living process that runs the sweep, if any. While a process is just taking the lock, this
  // may still name a killed one, so check that the process has file() open before acting on it.
  static std::optional<Owner> owner(const std::filesystem::path& database, std::int64_t sweep_id);

  // All of them, likewise: one, or those that share the sweep.
  static std::vector<Owner> owners(const std::filesystem::path& database, std::int64_t sweep_id);

  // The lock's file, of a database in a file.
  static std::filesystem::path file(const std::filesystem::path& database, std::int64_t sweep_id) {
    return lock_path(database, sweep_id);
  }

  // True if a living process runs the sweep. Asks the kernel, or the server, without taking the
  // lock.
  static bool is_held(const std::filesystem::path& database, std::int64_t sweep_id);

  // Asks all of them, on whatever host, to end; for a database of a server.
  static void ask_to_stop(const std::filesystem::path& database, std::int64_t sweep_id);

 private:
  std::optional<LockFile> file_;
  std::unique_ptr<SweepHold> hold_;  // at a server; else null
};

}  // namespace hpsearch::storage

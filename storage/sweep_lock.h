// Ensures that only one process runs a sweep at a time.
//
// The lock is a kernel lock (fcntl, open file description) on a small file beside the database. It
// ends with its process, however that ends, so a killed run never blocks the next one. Symbolic
// links to the database are resolved, so all its names share the lock.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace hpsearch::storage {

class SweepLock {
 public:
  // Takes the lock of this sweep. Throws SweepBusy, naming the owner, if another process holds it
  // for half a second; a process that only cleans up after a dead one holds it for an instant.
  // Throws StoreError if the name belongs to a symbolic link or to a file that is no lock.
  SweepLock(const std::filesystem::path& database,
            std::int64_t sweep_id,
            const std::string& sweep_name);
  ~SweepLock();  // releases the lock and removes the file
  SweepLock(const SweepLock&) = delete;
  SweepLock& operator=(const SweepLock&) = delete;

  // The holder of the lock, according to itself.
  struct Owner {
    std::int64_t pid = 0;
    std::string host;
    std::string since;  // UTC, as the database writes times
  };

  // The living process that runs the sweep, if any. While a process is just taking the lock, this
  // may still name a killed one, so check that the process has file() open before acting on it.
  static std::optional<Owner> owner(const std::filesystem::path& database, std::int64_t sweep_id);

  // The lock's file.
  static std::filesystem::path file(const std::filesystem::path& database, std::int64_t sweep_id);

  // True if a living process runs the sweep. Asks the kernel without taking the lock.
  static bool is_held(const std::filesystem::path& database, std::int64_t sweep_id);

 private:
  std::filesystem::path path_;
  int file_ = -1;
};

}  // namespace hpsearch::storage

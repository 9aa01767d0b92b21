// One process runs a sweep at a time.
//
// The lock is the kernel's (fcntl, open file description), on a small file beside the database: it
// ends with its process, however that ends, so a killed run never keeps the next one waiting. The
// file is found by the database's real path, so other names of it (symbolic links) meet the same
// lock.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace hpsearch::storage {

class SweepLock {
 public:
  // Takes the lock of this sweep. Throws SweepBusy, naming the owner, if another process keeps it
  // for half a second: who only looks after the dead holds it for an instant.
  SweepLock(const std::filesystem::path& database,
            std::int64_t sweep_id,
            const std::string& sweep_name);
  ~SweepLock();  // gives it back and removes the file
  SweepLock(const SweepLock&) = delete;
  SweepLock& operator=(const SweepLock&) = delete;

  // Who holds the lock, as it says of itself.
  struct Owner {
    std::int64_t pid = 0;
    std::string host;
    std::string since;  // UTC, as the database writes times
  };

  // The living process that runs the sweep, if there is one. At the instant in which it takes the
  // lock this may be what a killed one has left: who acts on it asks whether the process has file()
  // open.
  static std::optional<Owner> owner(const std::filesystem::path& database, std::int64_t sweep_id);

  // The lock's file.
  static std::filesystem::path file(const std::filesystem::path& database, std::int64_t sweep_id);

  // Does a living process run the sweep? Asks the kernel and takes nothing.
  static bool is_held(const std::filesystem::path& database, std::int64_t sweep_id);

 private:
  std::filesystem::path path_;
  int file_ = -1;
};

}  // namespace hpsearch::storage

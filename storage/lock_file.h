// The file beside a database whose kernel locks say who runs a sweep. Internal to storage.
//
// Locks are those of an open file description (fcntl, OFD): they end with their process, however
// that ends. One process alone locks the whole file. Processes that share the sweep lock single
// bytes, far behind what the file has in it, so that either kind keeps the other out:
//
//   byte 0           shared by all of them: this is no time for a process alone
//   kTurn            whoever begins or ends the sweep
//   kBegun           shared by those that have begun to train
//   kGate            shared for the moment of a claim; who closes it lets no more trials begin
//   kClock           who counts the sweep's active time
//   kSeats + n       the process on seat n; the record n of the file names it
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include <sys/types.h>

namespace hpsearch::storage {

// A process, according to itself.
struct LockOwner {
  std::int64_t pid = 0;
  std::string host;
  std::string since;  // UTC, as the database writes times
};

inline constexpr off_t kPresence = 0;
inline constexpr off_t kTurn = off_t{1} << 40;
inline constexpr off_t kBegun = kTurn + 1;
inline constexpr off_t kGate = kTurn + 2;
inline constexpr off_t kClock = kTurn + 3;
inline constexpr off_t kSeats = kTurn + 1024;
inline constexpr int kMostSeats = 1024;

// "<database>.sweep<id>.lock", where links to the database are resolved: all its names share it.
std::filesystem::path lock_path(const std::filesystem::path& database, std::int64_t sweep_id);

// The open file, without any lock of its own yet.
class LockFile {
 public:
  // Opens the file, and makes it if need be. Throws StoreError if it cannot be made, or if the name
  // belongs to a symbolic link or to a file that is no lock.
  explicit LockFile(std::filesystem::path path);
  // To look at; empty if there is no such file.
  static std::optional<LockFile> look(const std::filesystem::path& path);
  ~LockFile();
  LockFile(LockFile&& other) noexcept;
  LockFile& operator=(LockFile&&) = delete;
  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;

  // Without waiting; true if this object has it now. Takes the place of its lock of the other kind.
  bool lock_all() const;
  bool lock(off_t byte) const;
  bool lock_shared(off_t byte) const;
  void unlock(off_t byte) const;

  // What others hold.
  bool anything_is_locked() const;
  bool all_is_locked() const;
  bool is_locked(off_t byte) const;  // by either kind

  // The process before may remove the file as it ends, and a lock on a file without a name excludes
  // nobody: then the path must be opened anew.
  bool is_named() const;
  // Removes the name, if it is still this file's.
  void remove() const;

  // The record of a seat. A process alone has seat 0.
  void write_owner(int seat) const;
  std::optional<LockOwner> owner(int seat) const;  // whoever wrote it last, alive or dead
  void clear() const;                              // all records
  int seats() const;                               // that have had records

 private:
  LockFile(std::filesystem::path path, int file) : path_(std::move(path)), file_(file) {}

  std::filesystem::path path_;
  int file_ = -1;
};

// "process 7 on host since 2026-..."; "another process" for one that has yet to write its record.
std::string owner_text(const std::optional<LockOwner>& owner);

}  // namespace hpsearch::storage

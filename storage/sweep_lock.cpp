#include "storage/sweep_lock.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/database.h"
#include "storage/error.h"

namespace hpsearch::storage {
namespace {

std::string owner_text() {
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) {
    host = {'?'};
  }
  return fmt::format("process {} on {} since {}", getpid(), host.data(), utc_now());
}

std::string read_owner(int file) {
  std::array<char, 512> text{};
  const ssize_t n = pread(file, text.data(), text.size(), 0);
  return n > 0 ? std::string(text.data(), static_cast<std::size_t>(n)) : "another process";
}

std::filesystem::path lock_path(const std::filesystem::path& database, std::int64_t sweep_id) {
  return fmt::format("{}.sweep{}.lock", database.string(), sweep_id);
}

// The previous owner removes the file as it ends: a lock on a file that has lost its name locks
// nothing.
bool still_named(int file, const std::filesystem::path& path) {
  struct stat held {};
  struct stat named {};
  return fstat(file, &held) == 0 && stat(path.c_str(), &named) == 0 &&
         held.st_ino == named.st_ino && held.st_dev == named.st_dev;
}

}  // namespace

SweepLock::SweepLock(const std::filesystem::path& database,
                     std::int64_t sweep_id,
                     const std::string& sweep_name)
    : path_(lock_path(database, sweep_id)) {
  while (true) {
    file_ = open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (file_ < 0) {
      throw StoreError(fmt::format("{}: cannot be made: {}; check that you may write to its folder",
                                   path_.string(), std::strerror(errno)));
    }
    if (flock(file_, LOCK_EX | LOCK_NB) != 0) {
      const std::string owner = read_owner(file_);
      close(file_);
      throw SweepBusy(fmt::format(
          "sweep '{}' is being run by {}; wait for it to end, or end it with Ctrl-C there "
          "and run it again here: nothing is lost",
          sweep_name, owner));
    }
    if (still_named(file_, path_)) {
      break;
    }
    close(file_);
  }
  const std::string text = owner_text();
  if (ftruncate(file_, 0) != 0 || pwrite(file_, text.data(), text.size(), 0) < 0) {
    // Only the name of the owner in another process's message is lost.
  }
}

SweepLock::~SweepLock() {
  unlink(path_.c_str());
  close(file_);
}

bool SweepLock::is_held(const std::filesystem::path& database, std::int64_t sweep_id) {
  const int file = open(lock_path(database, sweep_id).c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return false;
  }
  const bool held = flock(file, LOCK_SH | LOCK_NB) != 0;
  close(file);
  return held;
}

}  // namespace hpsearch::storage

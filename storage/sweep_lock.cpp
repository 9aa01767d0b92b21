#include "storage/sweep_lock.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <sstream>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/error.h"
#include "storage/utc_now.h"

namespace hpsearch::storage {
namespace {

constexpr auto kPatience = std::chrono::milliseconds(500);
constexpr auto kPause = std::chrono::milliseconds(10);

// A write lock on the whole file.
struct flock whole_file() {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

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

// Parses owner_text(); empty if the owner has not written it yet.
std::optional<SweepLock::Owner> parse_owner(const std::string& text) {
  SweepLock::Owner owner;
  std::istringstream words(text);
  std::string process;
  std::string on;
  std::string since;
  words >> process >> owner.pid >> on >> owner.host >> since >> owner.since;
  const bool read = words && process == "process" && on == "on" && since == "since";
  return read && owner.pid > 0 ? std::optional(owner) : std::nullopt;
}

bool is_locked(int file) {
  struct flock lock = whole_file();
  return fcntl(file, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

// The previous owner removes the file when it ends, and a lock on a deleted file excludes nobody:
// then the caller has to open the path again.
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
    : path_(file(database, sweep_id)) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (true) {
    file_ = open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (file_ < 0) {
      throw StoreError(
          fmt::format("{}: cannot be created: {}; check that you can write to its folder",
                      path_.string(), std::strerror(errno)));
    }
    struct flock lock = whole_file();
    const bool taken = fcntl(file_, F_OFD_SETLK, &lock) == 0;
    if (taken && still_named(file_, path_)) {
      break;
    }
    const std::string owner = taken ? "" : read_owner(file_);
    close(file_);
    if (!taken) {
      if (std::chrono::steady_clock::now() > deadline) {
        throw SweepBusy(fmt::format(
            "sweep '{}' is being run by {}; wait for it to end, or stop it with Ctrl-C there or "
            "hpsearch stop here (nothing is lost)",
            sweep_name, owner));
      }
      std::this_thread::sleep_for(kPause);
    }
  }
  const std::string text = owner_text();
  if (ftruncate(file_, 0) != 0 || pwrite(file_, text.data(), text.size(), 0) < 0) {
    // Not fatal: only other processes' messages lack the owner's name.
  }
}

SweepLock::~SweepLock() {
  unlink(path_.c_str());
  close(file_);
}

std::filesystem::path SweepLock::file(const std::filesystem::path& database,
                                      std::int64_t sweep_id) {
  std::error_code unresolved;
  const auto real = std::filesystem::weakly_canonical(database, unresolved);
  return fmt::format("{}.sweep{}.lock", (unresolved ? database : real).string(), sweep_id);
}

bool SweepLock::is_held(const std::filesystem::path& database, std::int64_t sweep_id) {
  const int file = open(SweepLock::file(database, sweep_id).c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return false;
  }
  const bool held = is_locked(file);
  close(file);
  return held;
}

std::optional<SweepLock::Owner> SweepLock::owner(const std::filesystem::path& database,
                                                 std::int64_t sweep_id) {
  const int file = open(SweepLock::file(database, sweep_id).c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return std::nullopt;
  }
  const std::string text = read_owner(file);
  const bool held = is_locked(file);
  close(file);
  return held ? parse_owner(text) : std::nullopt;
}

}  // namespace hpsearch::storage

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

// Opens the lock's file; -1 with errno. Never through a symbolic link, and never waiting for the
// other end of a pipe: whoever may write to the folder of the database may have made them.
int open_lock(const std::filesystem::path& path, int flags) {
  return open(path.c_str(), flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0644);
}

// A lock is a small file with one name, and has nothing in it or the name of its owner. Anything
// else is another's, and stays as it is.
bool is_a_lock(int file) {
  struct stat status {};
  if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode) || status.st_nlink > 1) {
    return false;
  }
  return status.st_size == 0 || parse_owner(read_owner(file)).has_value();
}

// The previous owner removes the file when it ends, and a lock on a deleted file excludes nobody:
// then the caller has to open the path again.
bool still_named(int file, const std::filesystem::path& path) {
  struct stat held {};
  struct stat named {};
  return fstat(file, &held) == 0 && lstat(path.c_str(), &named) == 0 &&
         held.st_ino == named.st_ino && held.st_dev == named.st_dev;
}

}  // namespace

SweepLock::SweepLock(const std::filesystem::path& database,
                     std::int64_t sweep_id,
                     const std::string& sweep_name)
    : path_(file(database, sweep_id)) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (true) {
    file_ = open_lock(path_, O_RDWR | O_CREAT);
    if (file_ < 0 && errno != ELOOP) {
      throw StoreError(fmt::format(
          "{}: cannot be created: {}; {}", path_.string(), std::strerror(errno),
          errno == EMFILE || errno == ENFILE ? "raise the limit of open files (ulimit -n)"
                                             : "check that you can write to its folder"));
    }
    if (file_ < 0 || !is_a_lock(file_)) {
      if (file_ >= 0) {
        close(file_);
      }
      throw StoreError(
          fmt::format("{}: a run needs this name for its lock, and something else has it: a link "
                      "or another program's file; remove it or move it away",
                      path_.string()));
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
  if (still_named(file_, path_)) {
    unlink(path_.c_str());
  }
  close(file_);
}

std::filesystem::path SweepLock::file(const std::filesystem::path& database,
                                      std::int64_t sweep_id) {
  std::error_code unresolved;
  const auto real = std::filesystem::weakly_canonical(database, unresolved);
  return fmt::format("{}.sweep{}.lock", (unresolved ? database : real).string(), sweep_id);
}

bool SweepLock::is_held(const std::filesystem::path& database, std::int64_t sweep_id) {
  const int file = open_lock(SweepLock::file(database, sweep_id), O_RDONLY);
  if (file < 0) {
    return false;
  }
  const bool held = is_locked(file);
  close(file);
  return held;
}

std::optional<SweepLock::Owner> SweepLock::owner(const std::filesystem::path& database,
                                                 std::int64_t sweep_id) {
  const int file = open_lock(SweepLock::file(database, sweep_id), O_RDONLY);
  if (file < 0) {
    return std::nullopt;
  }
  const std::string text = read_owner(file);
  const bool held = is_locked(file);
  close(file);
  return held ? parse_owner(text) : std::nullopt;
}

}  // namespace hpsearch::storage

#include "storage/lock_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <sstream>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/error.h"
#include "storage/utc_now.h"

namespace hpsearch::storage {
namespace {

constexpr off_t kRecordBytes = 512;

// A length of 0 reaches to the end of all files.
struct flock range(short type, off_t first, off_t length) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = first;
  lock.l_len = length;
  return lock;
}

bool set(int file, short type, off_t first, off_t length) {
  struct flock lock = range(type, first, length);
  return fcntl(file, F_OFD_SETLK, &lock) == 0;
}

// The first lock of another that keeps this one from being taken.
std::optional<struct flock> conflict(int file, off_t first, off_t length) {
  struct flock lock = range(F_WRLCK, first, length);
  return fcntl(file, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK ? std::optional(lock)
                                                                        : std::nullopt;
}

bool covers_all(const struct flock& lock) {
  return lock.l_start == 0 && lock.l_len == 0;
}

// Never through a symbolic link, and never waiting for the other end of a pipe: whoever may write
// to the folder of the database may have made them. -1 with errno.
int open_lock(const std::filesystem::path& path, int flags) {
  return open(path.c_str(), flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0644);
}

std::string read_record(int file, int seat) {
  std::array<char, kRecordBytes> text{};
  const ssize_t n = pread(file, text.data(), text.size(), seat * kRecordBytes);
  const std::string read(text.data(), static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
  return read.substr(0, read.find('\0'));
}

// Empty if the owner has not written it yet.
std::optional<LockOwner> parse_owner(const std::string& text) {
  LockOwner owner;
  std::istringstream words(text);
  std::string process;
  std::string on;
  std::string since;
  words >> process >> owner.pid >> on >> owner.host >> since >> owner.since;
  const bool read = words && process == "process" && on == "on" && since == "since";
  return read && owner.pid > 0 ? std::optional(owner) : std::nullopt;
}

// A lock is a small file with one name, and has nothing in it or the names of its owners, of which
// the first may have yet to write its own. Anything else is another's, and stays as it is.
bool is_a_lock(int file) {
  struct stat status {};
  if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode) || status.st_nlink > 1 ||
      status.st_size > kMostSeats * kRecordBytes) {
    return false;
  }
  const std::string first = read_record(file, 0);
  const bool unwritten = first.empty() && status.st_size % kRecordBytes == 0;
  return unwritten || parse_owner(first).has_value();
}

}  // namespace

std::filesystem::path lock_path(const std::filesystem::path& database, std::int64_t sweep_id) {
  std::error_code unresolved;
  const auto real = std::filesystem::weakly_canonical(database, unresolved);
  return fmt::format("{}.sweep{}.lock", (unresolved ? database : real).string(), sweep_id);
}

LockFile::LockFile(std::filesystem::path path) : path_(std::move(path)) {
  file_ = open_lock(path_, O_RDWR | O_CREAT);
  if (file_ < 0 && errno != ELOOP) {
    throw StoreError(
        fmt::format("{}: cannot be created: {}; {}", path_.string(), std::strerror(errno),
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
}

std::optional<LockFile> LockFile::look(const std::filesystem::path& path) {
  const int file = open_lock(path, O_RDONLY);
  return file < 0 ? std::nullopt : std::optional(LockFile(path, file));
}

LockFile::LockFile(LockFile&& other) noexcept
    : path_(std::move(other.path_)), file_(std::exchange(other.file_, -1)) {}

LockFile::~LockFile() {
  if (file_ >= 0) {
    close(file_);
  }
}

bool LockFile::lock_all() const {
  return set(file_, F_WRLCK, 0, 0);
}

bool LockFile::lock(off_t byte) const {
  return set(file_, F_WRLCK, byte, 1);
}

bool LockFile::lock_shared(off_t byte) const {
  return set(file_, F_RDLCK, byte, 1);
}

void LockFile::unlock(off_t byte) const {
  set(file_, F_UNLCK, byte, 1);
}

bool LockFile::anything_is_locked() const {
  return conflict(file_, 0, 0).has_value();
}

bool LockFile::all_is_locked() const {
  const auto lock = conflict(file_, kPresence, 1);
  return lock && covers_all(*lock);
}

bool LockFile::is_locked(off_t byte) const {
  return conflict(file_, byte, 1).has_value();
}

bool LockFile::is_named() const {
  struct stat held {};
  struct stat named {};
  return fstat(file_, &held) == 0 && lstat(path_.c_str(), &named) == 0 &&
         held.st_ino == named.st_ino && held.st_dev == named.st_dev;
}

void LockFile::remove() const {
  if (is_named()) {
    unlink(path_.c_str());
  }
}

void LockFile::write_owner(int seat) const {
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) {
    host = {'?'};
  }
  std::string text = fmt::format("process {} on {} since {}", getpid(), host.data(), utc_now());
  text.push_back('\0');  // where the record ends, if a longer one was here
  if (seat > 0) {
    text.resize(kRecordBytes);
  }
  if (pwrite(file_, text.data(), text.size(), seat * kRecordBytes) < 0) {
    // Not fatal: only other processes' messages lack the owner's name.
  }
}

std::optional<LockOwner> LockFile::owner(int seat) const {
  return parse_owner(read_record(file_, seat));
}

void LockFile::clear() const {
  if (ftruncate(file_, 0) != 0) {
    // Not fatal: messages may name a dead process.
  }
}

int LockFile::seats() const {
  struct stat status {};
  const off_t bytes = fstat(file_, &status) == 0 ? status.st_size : 0;
  return static_cast<int>(std::min<off_t>(kMostSeats, (bytes + kRecordBytes - 1) / kRecordBytes));
}

std::string owner_text(const std::optional<LockOwner>& owner) {
  return owner ? fmt::format("process {} on {} since {}", owner->pid, owner->host, owner->since)
               : "another process";
}

}  // namespace hpsearch::storage

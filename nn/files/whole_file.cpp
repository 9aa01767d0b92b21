#include "nn/files/whole_file.h"

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace hpsearch::nn {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlock = 1 << 20;  // bytes; what is written may come in small pieces

// Waits until the disk has it. Folders: of use to the names in them alone; some file systems
// refuse it.
int flush_to_disk(const fs::path& path, int flags) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | flags);
  if (descriptor < 0) {
    return errno;
  }
  const int error = fsync(descriptor) == 0 ? 0 : errno;
  close(descriptor);
  return error;
}

// 0 or the error; EEXIST where the name is taken.
int rename_to_free(const fs::path& from, const fs::path& to) {
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) {
    return 0;
  }
  if (errno != EINVAL && errno != ENOSYS) {
    return errno;
  }
  // This file system cannot look and rename in one step.
  std::error_code ignored;
  if (fs::exists(fs::symlink_status(to, ignored))) {
    return EEXIST;
  }
  return std::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

int replace(const fs::path& from, const fs::path& to, bool folder) {
  std::error_code ignored;
  if (fs::is_symlink(fs::symlink_status(to, ignored))) {
    return ELOOP;
  }
  if (!folder || !fs::exists(fs::symlink_status(to, ignored))) {
    return std::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
  }
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_EXCHANGE) != 0) {
    return errno;
  }
  fs::remove_all(from, ignored);
  return 0;
}

}  // namespace

void refuse_to_write(const fs::path& path, int error) {
  const char* remedy = "check that the folder exists and that you may write to it";
  switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      remedy = "make room on the disk (space, quota, ulimit -f)";
      break;
    case EMFILE:
    case ENFILE:
      remedy = "raise the limit of open files (ulimit -n)";
      break;
    case ELOOP:
      throw std::runtime_error(
          fmt::format("{}: is not written, because a symbolic link has its name: remove the link",
                      path.string()));
    default:
      break;
  }
  throw std::runtime_error(
      fmt::format("{}: cannot be written: {}; {}", path.string(), std::strerror(error), remedy));
}

fs::path name_beside(const fs::path& path) {
  return fmt::format("{}.{}.part", path.string(), getpid());
}

namespace {

// Is `name` PREFIX.PROCESS.part of a process that has ended?
bool is_leftover(std::string_view name, std::string_view prefix) {
  constexpr std::string_view kSuffix = ".part";
  for (const std::string_view side : {"-wal", "-shm"}) {  // of a database in the making
    if (name.ends_with(side)) {
      name.remove_suffix(side.size());
      break;
    }
  }
  if (!name.starts_with(prefix) || !name.ends_with(kSuffix) ||
      name.size() <= prefix.size() + kSuffix.size()) {
    return false;
  }
  const char* end = name.data() + name.size() - kSuffix.size();
  pid_t process = 0;
  const auto [stopped, error] = std::from_chars(name.data() + prefix.size(), end, process);
  return error == std::errc() && stopped == end && process > 0 && kill(process, 0) != 0 &&
         errno == ESRCH;
}

}  // namespace

void remove_leftovers(const fs::path& path) noexcept {
  try {
    const std::string prefix = path.filename().string() + ".";
    const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    // Not by fs::directory_iterator, which ends the program where memory runs out.
    const std::unique_ptr<DIR, int (*)(DIR*)> entries(opendir(folder.c_str()), closedir);
    while (const dirent* entry = entries == nullptr ? nullptr : readdir(entries.get())) {
      if (is_leftover(entry->d_name, prefix) && !fs::is_symlink(folder / entry->d_name)) {
        fs::remove_all(folder / entry->d_name);
      }
    }
  } catch (const std::exception&) {  // a folder that cannot be read keeps them
  }
}

bool put_in_place(const fs::path& beside, const fs::path& path, Existing existing) {
  const bool folder = fs::is_directory(beside);
  int error = folder ? 0 : flush_to_disk(beside, 0);
  if (error == 0) {
    error =
        existing == Existing::kKept ? rename_to_free(beside, path) : replace(beside, path, folder);
  }
  if (error == EEXIST && existing == Existing::kKept) {
    return false;
  }
  if (error != 0) {
    refuse_to_write(path, error);
  }
  flush_to_disk(path.has_parent_path() ? path.parent_path() : ".", O_DIRECTORY);
  return true;
}

WholeFile::WholeFile(fs::path path) : path_(std::move(path)), beside_(name_beside(path_)) {
  remove_leftovers(path_);
  const auto create = [&] {
    return open(beside_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
  };
  file_ = create();
  std::error_code ignored;
  if (file_ < 0 && errno == EEXIST && fs::is_regular_file(fs::symlink_status(beside_, ignored))) {
    // A dead process had this one's number.
    unlink(beside_.c_str());
    file_ = create();
  }
  if (file_ < 0) {
    refuse_to_write(errno == EEXIST ? beside_ : path_, errno == EEXIST ? ELOOP : errno);
  }
}

WholeFile::~WholeFile() {
  close_file();
  if (!placed_) {
    unlink(beside_.c_str());
  }
}

void WholeFile::close_file() {
  if (file_ >= 0) {
    close(file_);
    file_ = -1;
  }
}

void WholeFile::write(std::span<const std::byte> bytes) {
  sum_.update(bytes);
  size_ += bytes.size();
  waiting_.insert(waiting_.end(), bytes.begin(), bytes.end());
  if (waiting_.size() >= kBlock) {
    flush();
  }
}

void WholeFile::flush() {
  std::span<const std::byte> bytes = waiting_;
  while (!bytes.empty()) {
    const ssize_t n = ::write(file_, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) {
      continue;
    }
    if (n < 0) {
      refuse_to_write(path_, errno);
    }
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  waiting_.clear();
}

bool WholeFile::finish(Existing existing) {
  flush();
  close_file();
  placed_ = put_in_place(beside_, path_, existing);
  return placed_;
}

}  // namespace hpsearch::nn

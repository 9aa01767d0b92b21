#include "nn/files/whole_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <utility>

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
  const bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;
  throw std::runtime_error(
      fmt::format("{}: cannot be written: {}; {}", path.string(), std::strerror(error),
                  full ? "make room on the disk (space, quota, ulimit -f)"
                       : "check that the folder exists and that you may write to it"));
}

fs::path name_beside(const fs::path& path) {
  return fmt::format("{}.{}.part", path.string(), getpid());
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

WholeFile::WholeFile(fs::path path)
    : path_(std::move(path)),
      beside_(name_beside(path_)),
      file_(open(beside_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)) {
  if (file_ < 0) {
    refuse_to_write(path_, errno);
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

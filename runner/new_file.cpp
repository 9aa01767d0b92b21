#include "runner/new_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace hpsearch::runner {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& path) {
  throw std::runtime_error(
      fmt::format("{}: cannot be written: {}; check that the folder exists and that you may write "
                  "to it",
                  path, std::strerror(errno)));
}

// The new name, unless it is taken; 0 or the error.
int rename_to_free(const std::string& from, const std::string& to) {
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) {
    return 0;
  }
  const bool unsupported = errno == EINVAL || errno == ENOSYS;  // by this file system
  return unsupported && std::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

}  // namespace

bool write_new_file(const std::string& path, std::string_view text) {
  std::error_code ignored;
  if (fs::exists(fs::symlink_status(path, ignored))) {
    return false;
  }
  const std::string beside = fmt::format("{}.{}.part", path, getpid());
  {
    std::ofstream file(beside, std::ios::binary | std::ios::trunc);
    file.write(text.data(), static_cast<std::streamsize>(text.size()));
    if (!file.flush()) {
      const int error = errno;
      fs::remove(beside, ignored);
      errno = error;
      fail(path);
    }
  }
  const int error = rename_to_free(beside, path);
  if (error != 0) {
    fs::remove(beside, ignored);
    errno = error;
    if (error != EEXIST) {
      fail(path);
    }
  }
  return error == 0;
}

}  // namespace hpsearch::runner

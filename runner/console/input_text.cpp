#include "runner/console/input_text.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runner/console/usage_error.h"

namespace hpsearch::runner {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) {
      close(number_);
    }
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

// A name of something that this process has open already.
bool is_inherited(std::string_view path) {
  return path == "/dev/stdin" || path.starts_with("/dev/fd/") || path.starts_with("/proc/self/fd/");
}

[[noreturn]] void refuse_to_read(const std::string& path, int error) {
  if (error == ENOENT || error == ENOTDIR || error == EACCES) {
    throw UsageError(fmt::format("{}: cannot be read; check the name and the permissions", path));
  }
  const bool descriptors = error == EMFILE || error == ENFILE;
  throw UsageError(fmt::format("{}: cannot be read: {}; {}", path, std::strerror(error),
                               descriptors ? "raise the limit of open files (ulimit -n)"
                                           : "check the name and the permissions"));
}

}  // namespace

std::string read_input_text(const std::string& path, std::size_t most, std::string_view what) {
  // Without O_NONBLOCK a named pipe would wait for its writer here.
  const int flags = O_RDONLY | O_CLOEXEC | (is_inherited(path) ? 0 : O_NONBLOCK);
  const Descriptor file(open(path.c_str(), flags));
  struct stat status {};
  if (file.number() < 0 || fstat(file.number(), &status) != 0) {
    refuse_to_read(path, errno);
  }
  if (S_ISDIR(status.st_mode)) {
    throw UsageError(fmt::format("{}: is a folder; name the {} in it", path, what));
  }
  if (!S_ISREG(status.st_mode) && !(S_ISFIFO(status.st_mode) && is_inherited(path))) {
    throw UsageError(fmt::format("{}: is not a regular file; copy the {} into one", path, what));
  }
  std::string text;
  std::array<char, 1 << 16> block{};
  while (text.size() < most) {
    const ssize_t n = read(file.number(), block.data(), std::min(block.size(), most - text.size()));
    if (n < 0 && errno != EINTR) {
      refuse_to_read(path, errno);
    }
    if (n == 0) {
      break;
    }
    text.append(block.data(), n > 0 ? static_cast<std::size_t>(n) : 0);
  }
  return text;
}

}  // namespace hpsearch::runner

#include "runner/commands/stop_process.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include "runner/run/environment.h"

extern "C" {  // glibc 2.36 declares these functions as if they were C++
#include <sys/pidfd.h>
}

namespace hpsearch::runner {
namespace {

namespace fs = std::filesystem;

// A handle on one process. Unlike a PID, it never comes to refer to another process.
class ProcessHandle {
 public:
  explicit ProcessHandle(pid_t pid) : file_(pidfd_open(pid, 0)) {
    if (file_ < 0 && errno != ESRCH) {
      throw std::runtime_error(
          fmt::format("cannot watch process {}: {}; stop it with Ctrl-C where it runs", pid,
                      std::strerror(errno)));
    }
  }
  ~ProcessHandle() {
    if (file_ >= 0) {
      close(file_);
    }
  }
  ProcessHandle(ProcessHandle&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  ProcessHandle& operator=(ProcessHandle&&) = delete;
  ProcessHandle(const ProcessHandle&) = delete;
  ProcessHandle& operator=(const ProcessHandle&) = delete;

  bool exists() const { return file_ >= 0; }
  int send(int signal) const {
    return pidfd_send_signal(file_, signal, nullptr, 0) == 0 ? 0 : errno;
  }
  void wait() const {
    pollfd ended{file_, POLLIN, 0};
    while (poll(&ended, 1, -1) < 0 && errno == EINTR) {
    }
  }

 private:
  int file_;
};

// True also if its files may not be read: then it cannot be signalled either, and EPERM explains.
bool has_open(std::int64_t pid, const fs::path& file) {
  std::error_code error;
  fs::directory_iterator files(fmt::format("/proc/{}/fd", pid), error);
  for (; !error && files != fs::directory_iterator(); files.increment(error)) {
    std::error_code closed;
    if (fs::equivalent(files->path(), file, closed) && !closed) {
      return true;
    }
  }
  return error == std::errc::permission_denied;
}

// The process, asked to end; empty if it has ended already.
std::optional<ProcessHandle> ask_to_stop(const storage::SweepLock::Owner& owner,
                                         const fs::path& lock_file,
                                         const std::string& what) {
  const std::string running = fmt::format("{} is being run by process {}", what, owner.pid);
  if (owner.host != host_name()) {
    throw std::runtime_error(
        fmt::format("{} on {}, not on this machine; stop it there", running, owner.host));
  }
  ProcessHandle process(static_cast<pid_t>(owner.pid));
  if (!process.exists()) {
    return std::nullopt;
  }
  if (!has_open(owner.pid, lock_file)) {
    throw std::runtime_error(
        fmt::format("{}, but here that number belongs to a different process (containers have "
                    "their own numbers); stop it with Ctrl-C where it runs",
                    running));
  }
  // Not SIGINT: background jobs of a script ignore it.
  const int error = process.send(SIGTERM);
  if (error == EPERM) {
    throw std::runtime_error(
        fmt::format("{} of another user; only that user or root can stop it", running));
  }
  if (error != 0 && error != ESRCH) {
    throw std::runtime_error(
        fmt::format("{}, which cannot be signalled: {}; stop it with Ctrl-C where it runs", running,
                    std::strerror(error)));
  }
  return process;
}

}  // namespace

void stop_processes(const std::vector<storage::SweepLock::Owner>& owners,
                    const fs::path& lock_file,
                    const std::string& what) {
  std::vector<ProcessHandle> asked;
  for (const storage::SweepLock::Owner& owner : owners) {
    if (auto process = ask_to_stop(owner, lock_file, what)) {
      asked.push_back(*std::move(process));
    }
  }
  for (const ProcessHandle& process : asked) {
    process.wait();
  }
}

void stop_process(const storage::SweepLock::Owner& owner,
                  const fs::path& lock_file,
                  const std::string& what) {
  stop_processes({owner}, lock_file, what);
}

}  // namespace hpsearch::runner

#include "runner/process/child_process.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "runner/process/memory_group.h"
#include "runner/process/program_path.h"
#include "runner/process/start_supervisor.h"
#include "runner/process/supervisor.h"

namespace hpsearch::runner {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

constexpr int kExitCannotStart = 127;  // as a shell has it
constexpr std::size_t kReadBytes = 64 * 1024;
// How long the destructor waits for the supervisor. It gives up first, unless it is stopped.
constexpr int kPatienceMilliseconds = 20'000;

[[noreturn]] void throw_error(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

// Keeps 0, 1 and 2 free for the program's own files, even where ours are closed.
Descriptor checked(int file, const char* what) {
  if (file < 0) {
    throw_error(what);
  }
  if (file > STDERR_FILENO) {
    return Descriptor(file);
  }
  const Descriptor low(file);
  const int moved = fcntl(file, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (moved < 0) {
    throw_error(what);
  }
  return Descriptor(moved);
}

std::pair<Descriptor, Descriptor> both(const std::array<int, 2>& files, const char* what) {
  // Both are owned before either is checked.
  Descriptor first(files[0]);
  Descriptor second(files[1]);
  if (files[0] > STDERR_FILENO && files[1] > STDERR_FILENO) {
    return {std::move(first), std::move(second)};
  }
  return {checked(fcntl(files[0], F_DUPFD_CLOEXEC, STDERR_FILENO + 1), what),
          checked(fcntl(files[1], F_DUPFD_CLOEXEC, STDERR_FILENO + 1), what)};
}

// For reading without waiting, and for writing.
std::pair<Descriptor, Descriptor> output_pipe() {
  std::array<int, 2> files{};
  if (pipe2(files.data(), O_CLOEXEC) != 0) {
    throw_error("cannot make a pipe for a program's output");
  }
  auto ends = both(files, "cannot make a pipe for a program's output");
  // Of this end alone: for the program the other stays as it expects it.
  fcntl(ends.first.get(), F_SETFL, O_NONBLOCK);
  return ends;
}

std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> result;
  result.reserve(words.size() + 1);
  for (const std::string& word : words) {
    result.push_back(const_cast<char*>(word.c_str()));  // execve takes it so, and does not write
  }
  result.push_back(nullptr);
  return result;
}

// How much can be read without waiting.
std::size_t waiting_bytes(const Descriptor& pipe) {
  int count = 0;
  return pipe.is_open() && ioctl(pipe.get(), FIONREAD, &count) == 0
             ? static_cast<std::size_t>(count)
             : 0;
}

void wait_for_supervisor(pid_t supervisor) {
  // It may have been reaped by a handler of somebody else; then there is nothing to wait for.
  while (waitpid(supervisor, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace

ChildProcess::ChildProcess(const ProcessSpec& spec, SupervisorKind kind) : spec_(spec) {
  alarm_ = checked(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "cannot make an eventfd");
  std::string program;
  try {
    if (std::error_code error; !spec.folder.empty() && !fs::is_directory(spec.folder, error)) {
      throw std::runtime_error(
          fmt::format("cannot start '{}' in folder '{}': there is no such folder",
                      spec.argv.empty() ? "" : spec.argv.front(), spec.folder));
    }
    program = find_program(spec.argv.empty() ? std::string() : spec.argv.front(), spec.environment,
                           spec.folder);
  } catch (const std::runtime_error& error) {
    refuse(error.what());
    return;
  }
  start(spec, program, kind);
}

void ChildProcess::refuse(const std::string& why) {
  end_.start_error = why;
  end_.exit_code = kExitCannotStart;
  lines_.finish();
  ended_ = true;
}

void ChildProcess::start(const ProcessSpec& spec, const std::string& program, SupervisorKind kind) {
  std::array<int, 2> files{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, files.data()) != 0) {
    throw_error("cannot make a socket pair for a program");
  }
  auto [ours, theirs] = both(files, "cannot make a socket pair for a program");
  auto [output_end, output] = output_pipe();
  auto [errors_end, errors] = output_pipe();
  const Descriptor null_device =
      checked(open("/dev/null", O_RDONLY | O_CLOEXEC), "cannot open /dev/null");
  const std::vector<char*> arguments = pointers(spec.argv);
  const std::vector<char*> environment = pointers(spec.environment);

  SupervisorPlan plan;
  plan.program = program.c_str();
  plan.arguments = arguments.data();
  plan.environment = environment.data();
  plan.folder = spec.folder.c_str();
  plan.cores = spec.limits.cores;
  std::optional<MemoryGroup> group;
  if (spec.limits.memory_bytes) {
    group = MemoryGroup::create(*spec.limits.memory_bytes);
    if (group) {
      plan.memory_group = group->processes.get();
      plan.memory_group_folder = group->folder.c_str();
    } else {
      plan.memory_bytes = *spec.limits.memory_bytes;
    }
  }
  plan.owner = theirs.get();
  plan.null_device = null_device.get();
  plan.output = output.get();
  plan.errors = errors.get();
  try {
    supervisor_ = start_supervisor(plan, kind);
  } catch (const std::system_error& error) {
    if (group) {
      group->remove();
    }
    if (error.code().value() != E2BIG) {
      throw;
    }
    refuse(start_error(StartStep::kProgram, E2BIG));
    return;
  }
  socket_ = std::move(ours);
  outputs_ = std::move(output_end);
  errors_ = std::move(errors_end);
}

ChildProcess::~ChildProcess() {
  if (supervisor_ < 0) {
    return;
  }
  kill();
  // Whatever comes first, the report or the supervisor's end: it has done what it could.
  pollfd report{socket_.get(), POLLIN, 0};
  int ready = 0;
  while ((ready = poll(&report, 1, kPatienceMilliseconds)) < 0 && errno == EINTR) {
  }
  socket_.reset();
  if (ready > 0) {
    wait_for_supervisor(supervisor_);
  }
}

void ChildProcess::wake() {
  woken_ = true;
  const std::uint64_t one = 1;
  // It can only fail for want of space, after 2^64 calls.
  [[maybe_unused]] const ssize_t written = write(alarm_.get(), &one, sizeof one);
}

void ChildProcess::request(char what) {
  if (socket_.is_open()) {
    send(socket_.get(), &what, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
  }
}

void ChildProcess::ask_to_end() {
  request(static_cast<char>(Request::kAskToEnd));
}

void ChildProcess::kill() {
  request(static_cast<char>(Request::kKill));
}

ChildProcess::Event ChildProcess::wait(std::optional<steady_clock::time_point> until) {
  for (;;) {
    if (woken_.exchange(false)) {
      return Event::kWoken;
    }
    if (ended_ && !outputs_.is_open() && lines_.done()) {
      return Event::kEnd;
    }
    if (until && steady_clock::now() >= *until) {
      return Event::kTimeout;
    }
    if (lines_.next(line_)) {
      return Event::kLine;
    }
    pump(until);
  }
}

// Waits until something happens, and takes some of it.
void ChildProcess::pump(std::optional<steady_clock::time_point> until) {
  if (ended_) {
    read_output();
    return;
  }
  std::array<pollfd, 4> files{pollfd{alarm_.get(), POLLIN, 0}, pollfd{outputs_.get(), POLLIN, 0},
                              pollfd{errors_.get(), POLLIN, 0}, pollfd{socket_.get(), POLLIN, 0}};
  timespec patience{};
  if (until) {
    const auto left = std::max(steady_clock::duration::zero(), *until - steady_clock::now());
    patience.tv_sec = std::chrono::duration_cast<std::chrono::seconds>(left).count();
    patience.tv_nsec = std::chrono::nanoseconds(left % std::chrono::seconds(1)).count();
  }
  if (ppoll(files.data(), files.size(), until ? &patience : nullptr, nullptr) <= 0) {
    return;  // time has passed, or a signal came
  }
  if (files[0].revents != 0) {
    std::uint64_t calls = 0;
    [[maybe_unused]] const ssize_t count = read(alarm_.get(), &calls, sizeof calls);
  }
  if (files[2].revents != 0) {
    read_errors();
  }
  if (files[1].revents != 0) {
    read_output();
  }
  if (files[3].revents != 0) {
    read_report();
  }
}

// What is in the pipe of stdout, in part.
void ChildProcess::read_output() {
  std::array<char, kReadBytes> space;
  const ssize_t size = read(outputs_.get(), space.data(), std::min(space.size(), output_left_));
  if (size > 0) {
    const std::string_view bytes(space.data(), static_cast<std::size_t>(size));
    lines_.add(bytes);
    output_.add_output(bytes);
    output_left_ -= ended_ ? bytes.size() : 0;
  } else if (size == 0 || ended_ || (errno != EAGAIN && errno != EINTR)) {
    output_left_ = 0;
  }
  if (output_left_ == 0) {
    outputs_.reset();
    lines_.finish();
  }
}

void ChildProcess::read_errors() {
  std::array<char, kReadBytes> space;
  const ssize_t size = read(errors_.get(), space.data(), space.size());
  if (size > 0) {
    output_.add_errors({space.data(), static_cast<std::size_t>(size)});
  } else if (size == 0 || (errno != EAGAIN && errno != EINTR)) {
    errors_.reset();
  }
}

void ChildProcess::read_report() {
  SupervisorReport report;
  ssize_t size = 0;
  do {  // a socket whose other end had unread requests fails once, and then gives what was sent
    size = recv(socket_.get(), &report, sizeof report, 0);
  } while (size < 0 && (errno == EINTR || errno == ECONNRESET));
  ended_ = true;
  // Only what is there now: a process of another user may still have the pipes open.
  output_left_ = waiting_bytes(outputs_);
  if (output_left_ == 0) {
    outputs_.reset();
    lines_.finish();
  }
  for (std::size_t left = waiting_bytes(errors_); left > 0;) {
    const std::uint64_t before = output_.total_errors();
    read_errors();
    const std::uint64_t count = output_.total_errors() - before;
    left -= count > 0 && count < left ? count : left;
  }
  if (size != sizeof report) {  // somebody has killed the supervisor, and with it the program
    end_.signal = SIGKILL;
    return;
  }
  end_.peak_memory_bytes = report.peak_memory_bytes;
  end_.over_memory = report.over_memory;
  if (end_.over_memory) {
    end_.peak_memory_bytes =
        std::max(end_.peak_memory_bytes, spec_.limits.memory_bytes.value_or(0));
  }
  end_.left_alive = report.left_alive;
  if (report.failed_at != StartStep::kStarted) {
    end_.exit_code = kExitCannotStart;
    end_.start_error = start_error(report.failed_at, report.start_error);
  } else if (WIFSIGNALED(report.wait_status)) {
    end_.signal = WTERMSIG(report.wait_status);
  } else {
    end_.exit_code = WEXITSTATUS(report.wait_status);
  }
}

std::string ChildProcess::start_error(StartStep step, int error) const {
  std::string where;
  std::string why = std::strerror(error);
  switch (step) {
    case StartStep::kCores:
      where = fmt::format(" on cores {}", fmt::join(spec_.limits.cores, ", "));
      break;
    case StartStep::kMemoryGroup:
      where = " in a control group that limits its memory";
      break;
    case StartStep::kFolder:
      where = fmt::format(" in folder '{}'", spec_.folder);
      break;
    case StartStep::kProgram:
      if (error == E2BIG) {
        why = "its arguments and environment are too long";
      } else if (error == ENOEXEC) {
        why = "it is neither a program nor a script that begins with #!";
      } else if (error == ENOENT) {  // the file itself has been found
        why = "the interpreter that its first line names does not exist";
      }
      break;
    case StartStep::kFork:
    case StartStep::kStarted:
      break;
  }
  return fmt::format("cannot start '{}'{}: {}", spec_.argv.front(), where, why);
}

}  // namespace hpsearch::runner

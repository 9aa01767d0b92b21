#include "runner/process/supervisor.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <span>

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "runner/process/descriptors.h"
#include "runner/process/proc_files.h"
#include "runner/process/raw_calls.h"

namespace hpsearch::runner {
namespace {

constexpr int kMemoryLookMilliseconds = 100;
// Looking takes at most this part of the time, however many processes there are.
constexpr int kLookShare = 50;
// How long a killed process may take to die. One that waits for a broken device never does, and one
// of another user (setuid) cannot be killed.
constexpr int kDyingMilliseconds = 10'000;

constexpr std::size_t kMaxCores = 16'384;

// What a child that could not become the program writes to its parent.
struct StartFailure {
  StartStep step;
  std::int32_t error;
};

void set_default_signals() {
  const std::array<unsigned long, 8>
      action{};  // the kernel's sigaction: SIG_DFL, no flags, no mask
  for (int signal = 1; signal < 65; ++signal) {
    syscall(SYS_rt_sigaction, signal, action.data(), nullptr, raw::kSignalSetBytes);
  }
}

bool use_cores(std::span<const int> cores) {
  constexpr std::size_t kBits = 8 * sizeof(unsigned long);
  std::array<unsigned long, kMaxCores / kBits> mask{};
  for (const int core : cores) {
    if (core < 0 || static_cast<std::size_t>(core) >= kMaxCores) {
      errno = EINVAL;
      return false;
    }
    mask[static_cast<std::size_t>(core) / kBits] |= 1UL << (static_cast<std::size_t>(core) % kBits);
  }
  return syscall(SYS_sched_setaffinity, 0, sizeof mask, mask.data()) == 0;
}

// Becomes the program; returns only if that fails.
StartFailure become_program(const SupervisorPlan& plan, pid_t supervisor) {
  syscall(SYS_setpgid, 0, 0);
  syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);  // should the supervisor be killed
  if (syscall(SYS_getppid) != supervisor) {
    raw::exit(127);
  }
  if (!plan.cores.empty() && !use_cores(plan.cores)) {
    return {StartStep::kCores, errno};
  }
  if (plan.memory_group >= 0 && raw::write(plan.memory_group, "0", 1) != 1) {  // 0: who writes
    return {StartStep::kMemoryGroup, errno};
  }
  if (plan.folder[0] != '\0' && syscall(SYS_chdir, plan.folder) != 0) {
    return {StartStep::kFolder, errno};
  }
  syscall(SYS_dup3, plan.output, STDOUT_FILENO, 0);
  syscall(SYS_dup3, plan.errors, STDERR_FILENO, 0);  // stdin is the null device already
  const std::uint64_t no_signal = 0;
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &no_signal, nullptr, raw::kSignalSetBytes);
  syscall(SYS_execve, plan.program, plan.arguments, plan.environment);
  return {StartStep::kProgram, errno};
}

class Supervisor {
 public:
  explicit Supervisor(const SupervisorPlan& plan) : plan_(plan), own_pid_(getpid()) {}

  void prepare() {
    syscall(SYS_setsid);
    syscall(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    // Not the name of the program: `pkill -9 hpsearch` shall leave the one that cleans up.
    syscall(SYS_prctl, PR_SET_NAME, "trial-keeper", 0, 0, 0);
    set_default_signals();
    for (const int file : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
      syscall(SYS_dup3, plan_.null_device, file, 0);
    }
    std::array<int, 7> kept{STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO,     plan_.owner,
                            plan_.output, plan_.errors,  plan_.memory_group};
    std::sort(kept.begin(), kept.end());
    close_all_but(std::span(kept).subspan(plan_.memory_group < 0 ? 1U : 0U));
    for (const int file : kept) {  // the program gets none of them
      syscall(SYS_fcntl, file, F_SETFD, file > STDERR_FILENO ? FD_CLOEXEC : 0);
    }
    const std::uint64_t child_signal = std::uint64_t{1} << (SIGCHLD - 1);
    children_ended_ = static_cast<int>(syscall(SYS_signalfd4, -1, &child_signal,
                                               raw::kSignalSetBytes, SOCK_CLOEXEC | SOCK_NONBLOCK));
  }

  // Starts the program. Returns once it runs or has failed to.
  void start() {
    std::array<int, 2> failures{};  // closed by a successful exec
    if (syscall(SYS_pipe2, failures.data(), O_CLOEXEC) != 0 || (program_ = _Fork()) < 0) {
      report_.failed_at = StartStep::kFork;
      report_.start_error = errno;
      return;
    }
    if (program_ == 0) {
      const StartFailure failure = become_program(plan_, own_pid_);
      raw::write(failures[1], &failure, sizeof failure);
      raw::exit(127);
    }
    raw::close(failures[1]);
    // Its output ends when the program's processes have ended.
    raw::close(plan_.output);
    raw::close(plan_.errors);
    StartFailure failure{};
    if (raw::read(failures[0], &failure, sizeof failure) == sizeof failure) {
      report_.failed_at = failure.step;
      report_.start_error = failure.error;
    }
    raw::close(failures[0]);
    std::fill(plan_.own_words.begin(), plan_.own_words.end(), '\0');
    running_ = true;
  }

  // Returns when the program has ended or everything is to be killed.
  void watch() {
    std::int64_t next_look = raw::milliseconds_now() + kMemoryLookMilliseconds;
    while (running_ && !program_ended()) {
      int patience = -1;
      if (plan_.memory_bytes > 0) {
        patience = static_cast<int>(std::max<std::int64_t>(0, next_look - raw::milliseconds_now()));
      }
      std::array<pollfd, 2> files{pollfd{plan_.owner, POLLIN, 0},
                                  pollfd{children_ended_, POLLIN, 0}};
      const int ready = raw::poll(files.data(), files.size(), patience);
      if (ready > 0 && files[1].revents != 0) {
        forget_signals();
      }
      if (ready > 0 && files[0].revents != 0 && !obey()) {
        return;
      }
      if (plan_.memory_bytes > 0 && raw::milliseconds_now() >= next_look) {
        const std::int64_t start = raw::milliseconds_now();
        const std::uint64_t memory = descendants_memory(own_pid_, plan_.memory_bytes);
        const std::int64_t end = raw::milliseconds_now();
        if (memory > plan_.memory_bytes) {
          report_.over_memory = true;
          report_.peak_memory_bytes = memory;
          return;
        }
        next_look =
            end + std::max<std::int64_t>(kMemoryLookMilliseconds, (end - start) * kLookShare);
      }
    }
  }

  // Kills all descendants, again and again until none is left. Only children are killed, whose PIDs
  // cannot be taken by another process before they are waited for; a killed child leaves its own
  // children to us.
  void end_descendants() {
    const std::int64_t deadline = raw::milliseconds_now() + kDyingMilliseconds;
    if (running_) {
      raw::kill(-program_, SIGKILL);  // its group, whose number is taken while the program is
    }
    while (reap()) {
      std::array<pid_t, 1024> children{};
      const std::size_t count = children_of(own_pid_, children);
      for (const pid_t child : std::span(children).first(count)) {
        raw::kill(child, SIGKILL);
      }
      if (raw::milliseconds_now() > deadline) {
        report_.left_alive = static_cast<std::int32_t>(count);
        if (running_) {
          report_.wait_status = SIGKILL;
        }
        return;
      }
      pollfd ended{children_ended_, POLLIN, 0};
      raw::poll(&ended, 1, 10);
      forget_signals();
    }
  }

  // Asks the control group how its processes ended, and removes it.
  void end_memory_group() {
    if (plan_.memory_group_folder[0] == '\0') {
      return;
    }
    report_.over_memory =
        number_in_file(plan_.memory_group_folder, "memory.events", "oom_kill") > 0;
    syscall(SYS_unlinkat, AT_FDCWD, plan_.memory_group_folder, AT_REMOVEDIR);
  }

  void report() const {
    syscall(SYS_sendto, plan_.owner, &report_, sizeof report_, MSG_NOSIGNAL, nullptr, 0);
  }

 private:
  // Does what the owner asks for. False if everything is to be killed, which the owner's end asks
  // for too.
  bool obey() {
    Request request{};
    const ssize_t size = raw::read(plan_.owner, &request, sizeof request);
    if (size < 0 && (errno == EINTR || errno == EAGAIN)) {
      return true;
    }
    if (size <= 0 || request != Request::kAskToEnd) {
      return false;
    }
    if (raw::kill(-program_, SIGTERM) != 0) {
      raw::kill(program_, SIGTERM);  // it has left its group
    }
    raw::kill(-program_, SIGCONT);  // or a stopped process would not see it
    return true;
  }

  // Whether the program has ended. Waits for all others, and leaves the program to reap(): as long
  // as it is not waited for, its PID and group belong to it.
  bool program_ended() {
    for (;;) {
      siginfo_t ended{};
      if (syscall(SYS_waitid, P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT, nullptr) != 0 ||
          ended.si_pid == 0) {
        return false;
      }
      if (ended.si_pid == program_) {
        return true;
      }
      take(ended.si_pid, 0);
    }
  }

  // Waits for the children that have ended. False if there are no others.
  bool reap() {
    pid_t ended = 0;
    do {
      ended = take(-1, WNOHANG);
    } while (ended > 0);
    return ended == 0;
  }

  // Waits for a child as wait4 does, and keeps what is to be reported.
  pid_t take(pid_t which, int flags) {
    int status = 0;
    rusage usage{};
    const pid_t ended = raw::wait4(which, &status, flags, &usage);
    if (ended > 0) {
      report_.peak_memory_bytes =
          std::max(report_.peak_memory_bytes, static_cast<std::uint64_t>(usage.ru_maxrss) * 1024);
    }
    if (ended == program_) {
      report_.wait_status = status;
      running_ = false;
    }
    return ended;
  }

  void forget_signals() const {
    std::array<char, 128> one_signal;  // the kernel's signalfd_siginfo
    while (raw::read(children_ended_, one_signal.data(), one_signal.size()) > 0) {
    }
  }

  const SupervisorPlan& plan_;
  pid_t own_pid_;
  pid_t program_ = -1;
  bool running_ = false;  // started, and not yet waited for
  int children_ended_ = -1;
  SupervisorReport report_;
};

}  // namespace

void supervise(const SupervisorPlan& plan) noexcept {
  Supervisor supervisor(plan);
  supervisor.prepare();
  supervisor.start();
  supervisor.watch();
  supervisor.end_descendants();
  supervisor.end_memory_group();
  supervisor.report();
  raw::exit(0);
}

}  // namespace hpsearch::runner

#include "runner/process/start_supervisor.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <string>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spawn.h>
#include <sys/mman.h>
#include <unistd.h>

#include "runner/process/keeper_arguments.h"

// The assembler's symbols: the trial keeper's bytes.
extern "C" const char hp_trial_keeper_begin[];  // NOLINT(readability-identifier-naming)
extern "C" const char hp_trial_keeper_end[];    // NOLINT(readability-identifier-naming)

namespace hpsearch::runner {
namespace {

constexpr const char* kNoOtherProcess = "cannot start another process";

// A file in memory that holds the keeper, or -1.
int make_keeper_file() {
#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif
  int file = memfd_create("trial-keeper", MFD_CLOEXEC | MFD_EXEC);
  if (file < 0) {  // a kernel before 6.3 does not know the second
    file = memfd_create("trial-keeper", MFD_CLOEXEC);
  }
  const char* at = hp_trial_keeper_begin;
  while (file >= 0 && at < hp_trial_keeper_end) {
    const ssize_t written = write(file, at, static_cast<std::size_t>(hp_trial_keeper_end - at));
    if (written <= 0) {
      close(file);
      return -1;
    }
    at += written;
  }
  return file;
}

// Its path, for as long as this process lives; empty if there is none.
const std::string& keeper_path() {
  static const std::string path = [] {
    const int file = make_keeper_file();
    return file < 0 ? std::string() : fmt::format("/proc/self/fd/{}", file);
  }();
  return path;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> result;
  result.reserve(words.size());
  for (std::string& word : words) {
    result.push_back(word.data());
  }
  return result;
}

// posix_spawn does not copy page tables, and needs no care with other threads. Returns an errno.
int spawn_keeper(const SupervisorPlan& plan, pid_t& pid) {
  std::vector<std::string> words(kProgramWords);
  words[kKeeperName] = "trial-keeper";
  words[kOwner] = std::to_string(plan.owner);
  words[kNullDevice] = std::to_string(plan.null_device);
  words[kOutput] = std::to_string(plan.output);
  words[kErrors] = std::to_string(plan.errors);
  words[kMemoryGroup] = std::to_string(plan.memory_group);
  words[kMemoryGroupFolder] = plan.memory_group_folder;
  words[kMemoryBytes] = std::to_string(plan.memory_bytes);
  words[kCores] = fmt::format("{}", fmt::join(plan.cores, ","));
  words[kFolder] = plan.folder;
  words[kProgram] = plan.program;
  std::vector<char*> arguments = pointers(words);
  for (char* const* word = plan.arguments; *word != nullptr; ++word) {
    arguments.push_back(*word);
  }
  arguments.push_back(nullptr);

  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  for (const int file :
       {plan.owner, plan.null_device, plan.output, plan.errors, plan.memory_group}) {
    if (file >= 0) {
      posix_spawn_file_actions_adddup2(&files, file, file);  // takes FD_CLOEXEC away, there alone
    }
  }
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t all;
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID);
  const int error = posix_spawn(&pid, keeper_path().c_str(), &files, &attributes, arguments.data(),
                                plan.environment);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return error;
}

pid_t fork_supervisor(const SupervisorPlan& plan) {
  // No handler of ours runs in the child before it has set its own signals.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  // Not fork(): that runs what libraries have registered, and waits for their locks.
  const pid_t pid = _Fork();
  if (pid == 0) {
    supervise(plan);
  }
  const int error = errno;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (pid < 0) {
    throw std::system_error(error, std::generic_category(), kNoOtherProcess);
  }
  return pid;
}

}  // namespace

pid_t start_supervisor(const SupervisorPlan& plan, SupervisorKind kind) {
  if (kind == SupervisorKind::kFork || keeper_path().empty()) {
    return fork_supervisor(plan);
  }
  pid_t pid = -1;
  const int error = spawn_keeper(plan, pid);
  if (error == EACCES || error == EPERM || error == ENOENT || error == ENOEXEC) {
    return fork_supervisor(plan);  // no program may be run out of memory
  }
  if (error != 0) {
    throw std::system_error(error, std::generic_category(), kNoOtherProcess);
  }
  return pid;
}

}  // namespace hpsearch::runner

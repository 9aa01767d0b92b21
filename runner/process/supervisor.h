// The process between us and the program of a trial.
#pragma once

#include <cstdint>
#include <span>

namespace hpsearch::runner {

// What the owner writes to the supervisor.
enum class Request : char { kAskToEnd = 'T', kKill = 'K' };

// The step at which a program could not be started.
enum class StartStep : std::int32_t { kStarted, kFork, kCores, kMemoryGroup, kFolder, kProgram };

// What the supervisor writes to its owner, once and as one message: the program and all that it
// started have ended.
struct SupervisorReport {
  StartStep failed_at = StartStep::kStarted;
  std::int32_t start_error = 0;  // errno of that step
  std::int32_t wait_status = 0;  // of the program, as waitpid gives it
  std::int32_t left_alive = 0;   // descendants that did not die of SIGKILL in time
  std::uint64_t peak_memory_bytes = 0;
  bool over_memory = false;
};

// The program and its surroundings. All pointers stay valid while the supervisor runs.
struct SupervisorPlan {
  const char* program = nullptr;  // a path, seen from `folder`
  char* const* arguments = nullptr;
  char* const* environment = nullptr;
  const char* folder = "";     // the working directory; "": the owner's
  std::span<const int> cores;  // the only ones that it may use; empty: no change
  const char* memory_group_folder =
      "";                          // the program's control group, removed at the end; "": none
  std::uint64_t memory_bytes = 0;  // what all processes together may have, found by looking; 0: any
  // The words of this process's own command line that are the program's too. They are cleared once
  // it runs: `pkill -f train.py` shall not find the supervisor.
  std::span<char> own_words;
  // Open files, none below 3.
  int owner = -1;         // a socket: requests come in, the report goes out; its end means kill
  int null_device = -1;   // the program's stdin
  int output = -1;        // its stdout
  int errors = -1;        // its stderr
  int memory_group = -1;  // cgroup.procs of that control group, or -1
};

// Runs the program and ends with it. To be called in a process of its own in which all signals are
// blocked: the trial keeper (keeper_main.cpp), or a freshly forked child. Uses only system calls,
// since a forking program may have other threads.
//
// The process starts a session, so that no terminal's Ctrl-C reaches the program, and adopts
// orphans (PR_SET_CHILD_SUBREAPER), so that no descendant escapes by a double fork. All that is
// left of the program is killed when the program itself has ended, on kKill, and when the owner has
// ended.
[[noreturn]] void supervise(const SupervisorPlan& plan) noexcept;

}  // namespace hpsearch::runner

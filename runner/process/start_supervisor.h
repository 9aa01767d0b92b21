// Starts a supervisor as a process of its own.
#pragma once

#include <sys/types.h>

#include "runner/process/supervisor.h"

namespace hpsearch::runner {

// How it comes to be a process.
enum class SupervisorKind {
  kKeeper,  // the embedded trial keeper, or a fork where the system runs no program out of memory
  kFork,    // a fork of this process: slower by the copy of our page tables
};

// Returns the supervisor's PID. Throws std::system_error if there can be no other process, and with
// E2BIG if the arguments and the environment are too long.
pid_t start_supervisor(const SupervisorPlan& plan, SupervisorKind kind);

}  // namespace hpsearch::runner

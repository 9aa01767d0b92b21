// Memory limits by the kernel: a control group (version 2) for each program.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "runner/process/descriptor.h"

namespace hpsearch::runner {

// How the memory of a program is limited on this machine.
enum class MemoryLimiter {
  kControlGroup,  // by the kernel: no process of it ever gets more
  kPolling,       // by its keeper, which looks ten times a second
};

// Which of them programs with a limit would get. Changes nothing. `root` is where /proc and the
// mounted groups are found.
MemoryLimiter memory_limiter(const std::filesystem::path& root = "/");

// A group without processes, which the keeper of its program removes at the end.
struct MemoryGroup {
  std::string folder;
  Descriptor processes;  // its cgroup.procs, for writing

  // None if the system does not leave control groups to us: ours must be writable, have the memory
  // controller, and hold no other process. (systemd-run --user --scope -p Delegate=yes hpsearch ...
  // is such a case.) The first call moves this process into a group below its own, because the
  // kernel admits no processes beside groups with a limit. Thread-safe.
  static std::optional<MemoryGroup> create(std::uint64_t bytes);
  // For one that no keeper got.
  void remove() const;
};

}  // namespace hpsearch::runner

// How many trials this machine can run side by side.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace hpsearch::runner {

// What limits the cores of this process. None of these counts what other processes do.
struct CoreLimits {
  int hardware_threads = 1;          // of the machine
  std::optional<int> affinity = {};  // cores that the scheduler gives us (taskset, cpuset)
  std::optional<double> quota =
      {};  // cores' worth of time of the tightest control group (containers)
  std::optional<int> slurm_task = {};  // SLURM_CPUS_PER_TASK, which not all clusters enforce
};

// The smallest of them, at least 1. Part of a core counts as one.
int usable_cores(const CoreLimits& limits);

// What holds for this process. `root` is where /proc and /sys are found.
CoreLimits read_core_limits(const std::filesystem::path& root = "/");

// The two in one.
int usable_cores();

// The numbers of the cores that this process may use, in ascending order; empty if unknown.
std::vector<int> affinity_cores();

}  // namespace hpsearch::runner

#include "runner/process/usable_cores.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <string_view>
#include <thread>

#include <sched.h>

#include "runner/process/control_groups.h"

namespace hpsearch::runner {
namespace {

namespace fs = std::filesystem;

void take_smaller(std::optional<double>& smallest, double value) {
  smallest = smallest ? std::min(*smallest, value) : value;
}

// The tightest quota of our groups: a group inside of a smaller one has no more than that one.
std::optional<double> read_quota(const fs::path& root) {
  std::optional<double> quota;
  for (const fs::path& folder : group_folders(root)) {
    std::ifstream file(folder / "cpu.max");  // "max 100000" or "150000 100000", in microseconds
    double time = 0;
    double period = 0;
    if (file >> time >> period && time > 0 && period > 0) {
      take_smaller(quota, time / period);
    }
  }
  for (const fs::path& folder : group_folders(root, "cpu")) {
    std::ifstream time_file(folder / "cpu.cfs_quota_us");  // -1: none
    std::ifstream period_file(folder / "cpu.cfs_period_us");
    double time = 0;
    double period = 0;
    if (time_file >> time && period_file >> period && time > 0 && period > 0) {
      take_smaller(quota, time / period);
    }
  }
  return quota;
}

// The whole text as a number above 0.
std::optional<int> positive(const char* text) {
  int number = 0;
  const std::string_view all = text == nullptr ? "" : text;
  const auto [end, error] = std::from_chars(all.data(), all.data() + all.size(), number);
  return error == std::errc() && end == all.data() + all.size() && number > 0
             ? std::optional<int>(number)
             : std::nullopt;
}

}  // namespace

std::vector<int> affinity_cores() {
  // The kernel refuses a mask that is smaller than its own.
  for (std::size_t count = CPU_SETSIZE; count <= 64 * std::size_t{CPU_SETSIZE}; count *= 2) {
    std::vector<cpu_set_t> mask(count / CPU_SETSIZE);
    const std::size_t bytes = mask.size() * sizeof(cpu_set_t);
    if (sched_getaffinity(0, bytes, mask.data()) != 0) {
      continue;
    }
    std::vector<int> cores;
    for (std::size_t core = 0; core < count; ++core) {
      if (CPU_ISSET_S(core, bytes, mask.data())) {
        cores.push_back(static_cast<int>(core));
      }
    }
    return cores;
  }
  return {};
}

int usable_cores(const CoreLimits& limits) {
  int cores = limits.hardware_threads;
  cores = std::min(cores, limits.affinity.value_or(cores));
  if (limits.quota && *limits.quota < cores) {
    cores = static_cast<int>(std::ceil(*limits.quota));
  }
  cores = std::min(cores, limits.slurm_task.value_or(cores));
  return std::max(1, cores);
}

CoreLimits read_core_limits(const fs::path& root) {
  CoreLimits limits;
  limits.hardware_threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  if (const auto cores = affinity_cores(); !cores.empty()) {
    limits.affinity = static_cast<int>(cores.size());
  }
  limits.quota = read_quota(root);
  limits.slurm_task = positive(std::getenv("SLURM_CPUS_PER_TASK"));
  return limits;
}

int usable_cores() {
  return usable_cores(read_core_limits());
}

}  // namespace hpsearch::runner

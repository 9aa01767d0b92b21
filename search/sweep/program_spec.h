// Trials that are runs of a program.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hpsearch::search {

// The parameter that says how long a trial is, for methods with stages.
struct Fidelity {
  std::string parameter;
  int min = 1;
  int max = 1;
  bool operator==(const Fidelity&) const = default;
};

// `program` and what goes with it in a sweep file.
struct ProgramSpec {
  std::string program;               // empty if `command` says all
  std::vector<std::string> command;  // its items, macros included
  // For each parameter that is written inside of another one, such as schedule.hold.minutes: the
  // names on the way to it. Such a map is one argument.
  std::map<std::string, std::vector<std::string>> nested;
  bool has_metric = true;  // false: trials run to their end, and none is better than another
  bool stand_in = false;   // use our `wandb` even where another one is installed
  std::optional<Fidelity> fidelity;

  // What each running trial has for itself.
  std::vector<std::string> gpus;  // to choose from; empty: CUDA_VISIBLE_DEVICES stays as it is
  int cores = 0;                  // 0: all
  std::optional<std::uint64_t> memory_bytes;

  bool operator==(const ProgramSpec&) const = default;
};

}  // namespace hpsearch::search

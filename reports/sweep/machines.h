// The kinds of machines that trained a sweep's trials: equal ones give equal bits, others may not.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "storage/queries.h"

namespace hpsearch::reports {

struct MachineKind {
  std::string fingerprint;  // the CPU, its matrix library and the build of the program
  std::int64_t trials = 0;  // finished ones, by whoever trained them last
};

// Those with trials, the most used first. Empty where all runs of the sweep were of one kind.
// Throws StoreError.
std::vector<MachineKind> read_machines(storage::Queries& queries, std::int64_t sweep_id);

// "2 kinds of CPU or build, which may give other bits: 14 trials on ..., 10 on ..."
std::string to_text(const std::vector<MachineKind>& machines);

}  // namespace hpsearch::reports

// What is left to do of a sweep.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "storage/records.h"

namespace hpsearch::runner {

struct Plan {
  std::vector<storage::TrialRow> unfinished;  // by number; they come first
  std::uint64_t next_number = 0;              // of the first trial that has no row yet
  std::uint64_t end_number = 0;               // one past the last trial
  std::int64_t finished = 0;
  std::optional<double> best_value;  // among complete trials
  std::uint64_t best_trial = 0;

  bool nothing_to_train() const { return unfinished.empty() && next_number >= end_number; }
  std::int64_t to_train() const;
};

// From the rows that a sweep has, in the order of their numbers. Trials beyond `run_cap` count for
// nothing.
Plan make_plan(const std::vector<storage::TrialRow>& trials, std::int64_t run_cap, bool maximize);

}  // namespace hpsearch::runner

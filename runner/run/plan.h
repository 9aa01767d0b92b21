// What is left to do of a sweep.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runner/run/history.h"
#include "search/sweep/metric.h"
#include "search/sweep/standing.h"
#include "search/sweep/stop_rules.h"
#include "storage/records.h"

namespace hpsearch::runner {

struct Plan {
  explicit Plan(search::StopRules stop_rules) : rules(std::move(stop_rules)) {}

  std::vector<storage::TrialRow> unfinished;  // by number; they come first
  std::uint64_t next_number = 0;              // of the first trial that has no row yet
  search::StopRules rules;                    // with what has ended so far
  History history;                            // likewise
  std::optional<std::uint64_t> used_up;       // the number at which the space has no more points
  std::int64_t finished = 0;
  search::Standing best;  // of the best trial so far; without a score where none ranks

  // One past the last trial, as far as it is known.
  std::uint64_t end_number() const;
  // Why there are no more: "run_cap", "target", "epochs" or "space".
  std::string stop_reason() const;

  std::int64_t to_train() const;
  bool nothing_to_train() const { return to_train() == 0; }
};

// From the rows that a sweep has, in the order of their numbers; those beyond the end count for
// nothing. `positions`: how many points the sampler has, if they end. `keeps_params`: the history
// is to have the trials' parameters, which cost memory.
Plan make_plan(const std::vector<storage::TrialRow>& trials,
               const search::StopLimits& limits,
               const search::Metric& metric,
               std::optional<std::uint64_t> positions = std::nullopt,
               bool keeps_params = false);

}  // namespace hpsearch::runner

// The remaining work of a sweep.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runner/run/history.h"
#include "runner/run/promotions.h"
#include "search/sweep/metric.h"
#include "search/sweep/standing.h"
#include "search/sweep/stop_rules.h"
#include "search/sweep/sweep_spec.h"
#include "storage/reader.h"
#include "storage/shard_events.h"

namespace hpsearch::runner {

struct Plan {
  explicit Plan(search::StopRules stop_rules) : rules(std::move(stop_rules)) {}

  std::vector<storage::TrialRow> unfinished;  // by number; a run trains them first
  std::vector<storage::TrialRow> may_go_on;   // these, and paused trials: their saved states matter
  std::uint64_t next_number = 0;              // the first trial without a row
  // Trials behind it that have one: in a shard, and where shards are merged but not all of them.
  // By number: the stage and the hash of its parameters (History::add_tried()), which count among
  // those that were tried only for the trials behind it.
  std::map<std::uint64_t, std::pair<int, std::string>> later_rows;
  std::optional<storage::Shard> shard;   // the part of the sweep to train; empty: all of it
  search::StopRules rules;               // having seen all ended trials
  History history;                       // likewise
  std::optional<std::uint64_t> used_up;  // the number at which the space is exhausted
  std::int64_t limit = 0;  // `trials` of the stop limits, and the promotions, which do not count
  Promotions promotions;   // of a sweep whose pruner promotes trials
  bool promotes = false;
  std::int64_t finished = 0;
  std::int64_t pruned = 0;  // of those
  search::Standing
      best;  // the best trial of the last stage that has a complete one; no score: none

  // One past the last trial, as far as known now.
  std::uint64_t end_number() const;
  // How many trials before it are to be trained here, or were.
  std::int64_t share() const;
  // Does this trial begin here, once those before it have?
  bool begins_here(std::uint64_t number) const {
    return (!shard || shard->has(number)) && !later_rows.contains(number);
  }
  // How many trials from `first` up to, but without, `end` begin here.
  std::uint64_t to_begin(std::uint64_t first, std::uint64_t end) const;
  // Why the sweep ends there: "run_cap", "target", "epochs", "failures" or "space".
  std::string stop_reason() const;

  // The epochs of the trials that are left, all their folds together, where the stages tell; else
  // 0.
  double epochs_to_train(const std::vector<storage::StageRow>& stages, int folds) const;

  std::int64_t to_train() const;
  // Are there trials without a row, or unfinished ones from this place on?
  bool something_left(std::size_t next_unfinished) const;
  // A pruner may still promote trials once all others have ended, unless a rule ends the sweep.
  bool may_promote() const;
  bool nothing_to_train() const { return to_train() == 0 && !may_promote(); }
};

// Builds the plan from the rows of a sweep, in order of their numbers; rows beyond the end are
// ignored. `positions`: the number of points that the sampler can suggest, if finite.
// `keeps_params`: whether the history needs the parameters, which cost memory. `promotes`: whether
// a pruner promotes trials. `shard`: what is to be trained here; trials of other shards that have
// rows (they were enqueued) stay as they are.
Plan make_plan(const std::vector<storage::TrialRow>& trials,
               const search::StopLimits& limits,
               const search::Metric& metric,
               std::optional<std::uint64_t> positions = std::nullopt,
               bool keeps_params = false,
               bool promotes = false,
               const std::optional<storage::Shard>& shard = std::nullopt);

// Gives the ended trials in the plan's history their margins, if `spec` has constraints on results.
// `trials`: the rows that the plan was made of.
void add_margins(Plan& plan,
                 storage::Reader& reader,
                 std::int64_t sweep_id,
                 const std::vector<storage::TrialRow>& trials,
                 const search::SweepSpec& spec);

// Gives the plan's history the curves of the sweep's ended trials, if `spec` has a pruner: they
// cost memory. Tells the plan's promotions of the trials, if the pruner promotes some.
// `same_machine`: all runs so far were on this CPU and of this build.
void add_curves(Plan& plan,
                storage::Reader& reader,
                std::int64_t sweep_id,
                const search::SweepSpec& spec,
                bool same_machine = true);

}  // namespace hpsearch::runner

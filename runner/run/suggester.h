// The next trial of a sweep: what its sampler suggests once enough is known.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "runner/run/history.h"
#include "runner/run/launch.h"
#include "search/samplers/choose.h"
#include "search/sweep/sweep_spec.h"
#include "storage/journal.h"

namespace hpsearch::runner {

class Suggester {
 public:
  // What it is given must outlive it. `begun`: the stages that have begun already. `earlier`: how
  // many results of an earlier sweep the sampler has.
  Suggester(const search::SweepSpec& spec,
            search::Sampler& sampler,
            search::Learns learns,
            const std::vector<storage::StageRow>& stages,
            std::set<int> begun,
            std::size_t earlier = 0);

  // Trial `number`, all before which have begun. Empty where what its suggestion needs has yet to
  // end.
  std::optional<Launch> suggest(std::uint64_t number, History& history);

  // Does trial `number` begin a stage, whose points need the results of all trials before it?
  bool begins_stage(std::uint64_t number, const History& history) const;

  // The last answer was empty as the stage has tried each of its points: ask again for the next
  // one.
  bool ended_stage() const { return ended_stage_; }

  // The last answer was empty as each point of the space has been tried.
  bool used_up() const { return used_up_; }

  // The last answer was empty for results that the method learns from with a lag.
  bool waits_for_results() const { return waits_for_results_; }

  // Must the history have the trials' parameters?
  bool keeps_params() const { return learns_ != search::Learns::kNothing; }

 private:
  std::optional<search::Known> what_is_known(std::uint64_t number,
                                             std::uint64_t position,
                                             History& history);
  storage::StageEntry stage_entry(int stage, const search::StageStart& start) const;

  const search::SweepSpec& spec_;
  search::Sampler& sampler_;
  search::Learns learns_;
  const std::vector<storage::StageRow>& stages_;
  std::set<int> begun_;
  std::size_t earlier_;
  bool avoids_duplicates_;
  bool waits_for_results_ = false;
  bool used_up_ = false;
  bool ended_stage_ = false;
};

}  // namespace hpsearch::runner

// A sweep as its file describes it, independent of YAML.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nn/data/training_data.h"
#include "search/space/space.h"
#include "search/sweep/early_terminate.h"
#include "search/sweep/feasibility.h"
#include "search/sweep/metric.h"
#include "search/sweep/program_spec.h"
#include "search/sweep/search_options.h"
#include "search/sweep/stop_rules.h"

namespace hpsearch::search {

// `ensemble` of a sweep file: what is made of the trials once they have ended. At most one of
// `folds` and `trials` is not 0; both 0: nothing.
struct EnsembleSpec {
  int folds = 0;       // as many networks with the winner's settings, each on its own fold
  int trials = 0;      // a weighted mean of networks, chosen among so many of the best trials
  int steps = 40;      // of that choice
  bool refit = false;  // the members are trained again, on all rows, once the test part has judged
};

// `repeats` of a sweep file: once the search has ended, its best trials are trained with further
// seeds, and the means decide among them.
struct RepeatsSpec {
  int seeds = 0;  // trainings that each of them has in all, at least 2; 0: nothing is repeated
  int top = 0;    // how many trials
};

// `checkpoints` of a sweep file: saved states of trainings that have not ended.
struct CheckpointSpec {
  int every = 1;            // epochs from one to the next; at least 1
  std::optional<int> keep;  // trainings that have one on disk, at most; empty: one per worker
};

// What becomes of trials that fail or do not end.
struct TrialPolicy {
  int retry = 0;                               // further attempts of a trial that has failed
  std::optional<double> timeout_seconds = {};  // after which a training counts as failed
};

struct SweepSpec {
  std::string name;
  std::string description;
  std::uint64_t seed = 0;
  std::string method = "random";
  Metric metric;  // as written; what the file omits follows from the data
  StopLimits limits;
  SearchOptions search;
  nn::DataSpec dataset;
  nn::SettingMap settings;  // `model` and `training`; the same for all trials
  Space space;              // the `parameters` section
  Constraints constraints;  // every trial satisfies them
  std::vector<ResultConstraint> result_constraints;  // over results; others rank last
  std::vector<ParamSet> enqueue;  // configurations, maybe partial, that are tried first
  EnsembleSpec ensemble;
  RepeatsSpec repeats;
  std::optional<ProgramSpec> program;  // trials are its runs; `dataset` and `settings` say nothing
  EarlyTerminate early_terminate;
  TrialPolicy policy;
  std::optional<CheckpointSpec> checkpoints;
  std::optional<int> workers;  // empty: the number of cores
  // False: learning methods and pruners use every result as soon as it is there.
  bool deterministic = true;
  std::string on_finish;          // a command of the shell for the end of the sweep; empty: none
  bool full_diagnostics = false;  // full diagnostics in every epoch, not in a sample of them

  // The lag W of a method that learns from single trials (Learns::kTrials), and of a pruner. It
  // depends on the file, not on the machine, so that results are the same everywhere.
  std::uint64_t lag() const { return static_cast<std::uint64_t>(workers.value_or(4)); }
};

}  // namespace hpsearch::search

// Pruners end trials that do badly before their last epoch.
//
// A trial is compared with those that its launch knew, by the rule of the lag (Learns::kTrials) the
// trials up to t - W. So a pruner gives, at launch, a pure function of the trial's own scores:
// nothing is shared between running trials, and what is pruned does not depend on the number of
// threads or their timing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "search/pruners/judgement.h"
#include "search/sweep/early_terminate.h"
#include "search/sweep/observation.h"
#include "search/sweep/pruner_options.h"

namespace hpsearch::search {

// The training that a rule is for.
struct Contender {
  std::uint64_t trial = 0;
  int stage = 0;
  int epochs = 0;  // that it trains at most; a program's: what is known of them, else 0
  int fold = 0;
  int rung = 0;  // how often the trial has been promoted so far
};

// A paused trial goes on as a trial of its own.
struct Promotion {
  std::uint64_t trial = 0;  // that goes on
  int rung = 0;             // that it has come to
  std::string text;         // why, for people
};

class Pruner {
 public:
  virtual ~Pruner() = default;

  // The rule for a training; empty where nothing can prune it. `known.ended`: the trials that it is
  // compared with, with their curves; those of other stages do not count, as they train for other
  // lengths. Pending trials do not matter.
  //
  // A pure function of its arguments: state kept between calls is a cache and must not show. Called
  // from one thread.
  virtual PruneRule rule(const Known& known, const Contender& contender) = 0;

  // The rule for a trial by its folds' scores; likewise.
  virtual FoldRule fold_rule(const Known& /*known*/, const Contender& /*contender*/) { return {}; }

  // The trial that goes on instead of a new one, if any. `promoted`: those that went on already.
  virtual std::optional<Promotion> promotion(const Known& /*known*/,
                                             std::span<const std::uint64_t> /*promoted*/) {
    return std::nullopt;
  }
};

// Everything that a pruner is constructed from.
struct PrunerSetup {
  PrunerOptions options;
  Metric metric;           // that it watches
  std::size_t watch = 0;   // where this metric's curves are in an Observation
  std::uint64_t seed = 0;  // of the sweep
};

// What is wrong between keys.
struct OptionFault {
  std::string_view option;
  std::string text;
  bool warning = false;
};

struct PrunerInfo {
  std::string_view name;  // the value of `early_terminate.type`
  std::string_view meaning;
  std::span<const PrunerOption> options;
  std::unique_ptr<Pruner> (*make)(const PrunerSetup& setup);
  // The iterations below `epochs`, ascending, at which a training of that many can be judged.
  std::vector<std::int64_t> (*rungs)(const PrunerOptions& options, std::int64_t epochs);
  // How trials fare there, for people: "goes on if it is among the best third".
  std::string (*terms)(const PrunerOptions& options);
  // The share of their epochs that trials of so many train if each rung lets as many go on as it
  // should. Null for pruners that judge each epoch and may end any number.
  double (*trained)(const PrunerOptions& options, std::int64_t epochs) = nullptr;
  std::vector<OptionFault> (*faults)(const PrunerOptions& options) = nullptr;
  bool needs_folds = false;  // it judges trials in folds alone
};

// One row per pruner. Its row makes it reachable, documented and tested.
std::span<const PrunerInfo> pruner_table();
// Null if there is none of this name.
const PrunerInfo* find_pruner(std::string_view name);

}  // namespace hpsearch::search

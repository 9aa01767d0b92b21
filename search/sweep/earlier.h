// Which trials of an earlier sweep another sweep can learn from.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "search/sweep/observation.h"
#include "search/sweep/sweep_spec.h"

namespace hpsearch::search {

// A trial of an earlier sweep. Its parameters are those that were searched there and active.
struct EarlierTrial {
  Observation result;
  int epochs = 0;          // epochs it was meant to train
  bool set_aside = false;  // its number lies beyond the sweep's stop
  double violation = 0.0;  // of the constraints on results that its own sweep has
};

// The default of a setting, given the values of the others; empty if it has none.
using DefaultOf = std::function<std::optional<nn::Value>(const std::string& setting,
                                                         const nn::SettingMap& values)>;

struct EarlierResults {
  // Translated to the parameters of the learning sweep. Numbered as in the earlier sweep,
  // ascending.
  std::vector<Observation> used;

  // The trials that cannot be used, each counted once, under its first reason.
  struct Unused {
    std::string why;  // reads on after a count: "with dropout outside its range here"
    std::size_t trials = 0;
  };
  std::vector<Unused> unused;

  // Why the usable results are not fully comparable: "momentum was searched there and is 0.9 here".
  std::vector<std::string> differences;
};

// Matches trials to the new sweep by parameter names.
// - Candidates are the complete, pruned and diverged trials of the last stage that has complete
//   ones.
// - A candidate needs a value for each parameter that is active here under its values: the
//   parameter's own value, else the setting that held for all trials there, else the default there.
// - That value must be one that this sweep can draw: within the range and on a step, or one of the
//   choices. The constraints must hold.
// `default_of` serves both sweeps.
EarlierResults earlier_results(const SweepSpec& there,
                               const std::vector<EarlierTrial>& trials,
                               const SweepSpec& here,
                               const DefaultOf& default_of);

}  // namespace hpsearch::search

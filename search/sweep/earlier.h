// What of an earlier sweep's trials another sweep can learn from.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "search/sweep/observation.h"
#include "search/sweep/sweep_spec.h"

namespace hpsearch::search {

// A trial of an earlier sweep. Its parameters are those that were searched there, and active.
struct EarlierTrial {
  Observation result;
  int epochs = 0;          // that it was to train
  bool set_aside = false;  // beyond the sweep's stop
};

// The default of a setting among these values; empty where there is none.
using DefaultOf = std::function<std::optional<nn::Value>(const std::string& setting,
                                                         const nn::SettingMap& values)>;

struct EarlierResults {
  // With parameters of the sweep that learns; numbers as in the earlier sweep, ascending.
  std::vector<Observation> used;

  // What is not used: each trial once, by the first reason that it has.
  struct Unused {
    std::string why;  // goes on after a number: "with dropout outside its range here"
    std::size_t trials = 0;
  };
  std::vector<Unused> unused;

  // What makes results that are used less than comparable: "momentum was searched there and is 0.9
  // here".
  std::vector<std::string> differences;
};

// By the parameters' names. Used are trials of the last stage that has complete ones, which are
// complete, pruned or diverged, and have a value of each parameter that is active here for their
// values: a parameter, or else what holds for all trials there, or else the default there. It must
// be one that is searched here: in the range and on a step, or one of the choices, and the
// constraints must hold. `default_of`: of both sweeps.
EarlierResults earlier_results(const SweepSpec& there,
                               const std::vector<EarlierTrial>& trials,
                               const SweepSpec& here,
                               const DefaultOf& default_of);

}  // namespace hpsearch::search

// Pruners as the tests make them, and what they say of curves.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "nn/base/random.h"
#include "search/pruners/pruner.h"

namespace hpsearch::search::test {

inline const Metric kAccuracy{"val_accuracy", Goal::kMaximize};
inline const Metric kLoss{"val_loss", Goal::kMinimize};

// These options and the defaults of the others.
inline PrunerOptions options_of(const std::string& type, PrunerOptions given) {
  for (const PrunerOption& option : find_pruner(type)->options) {
    if (const auto value = default_value(option)) {
      given.emplace(option.name, *value);
    }
  }
  return given;
}

inline std::unique_ptr<Pruner> make(const std::string& type,
                                    const PrunerOptions& given = {},
                                    const Metric& metric = kLoss) {
  return find_pruner(type)->make({options_of(type, given), metric, 0, 1});
}

inline Observation ended(std::uint64_t number, Curve curve, int stage = 0) {
  Observation trial;
  trial.number = number;
  trial.stage = stage;
  trial.curves = {{std::move(curve)}};
  return trial;
}

inline std::optional<Judgement> judge(const PruneRule& rule, const Curve& own) {
  return rule ? rule({own, true}) : std::nullopt;
}

inline bool prunes(const PruneRule& rule, const Curve& own) {
  const auto judgement = judge(rule, own);
  return judgement && judgement->pruned;
}

// Curves that cross, with ties. `epochs` long.
inline std::vector<Curve> drawn_curves(std::uint64_t seed, std::size_t count, int epochs) {
  nn::Stream random(seed, nn::Purpose::kSample);
  std::vector<Curve> curves(count);
  for (Curve& curve : curves) {
    const double quality = random.uniform();
    for (int epoch = 1; epoch <= epochs; ++epoch) {
      curve.push_back(quality + std::round(8.0 * random.uniform()) / 16.0 - 0.01 * epoch);
    }
  }
  return curves;
}

// Trains the curves one after another, with the lag, and prunes them. The epochs after which each
// is stopped; 0: not at all. None is until so many are complete.
inline std::vector<int> play(Pruner& pruner,
                             const std::vector<Curve>& curves,
                             std::size_t lag,
                             std::int64_t warmup_trials = 0) {
  std::vector<int> stopped;
  std::vector<Observation> known;
  for (std::size_t t = 0; t < curves.size(); ++t) {
    const std::size_t settled = t >= lag ? t - lag + 1 : 0;
    const auto epochs = static_cast<int>(curves[t].size());
    const PruneRule rule = pruner.rule({std::span(known).first(settled), {}},
                                       {.trial = t, .stage = 0, .epochs = epochs});
    const bool warm = std::count(stopped.begin(), stopped.end(), 0) >= warmup_trials;
    Curve own;
    int stop = 0;
    for (int epoch = 1; epoch <= epochs && stop == 0; ++epoch) {
      own.push_back(curves[t][static_cast<std::size_t>(epoch - 1)]);
      stop = warm && epoch < epochs && prunes(rule, own) ? epoch : 0;
    }
    stopped.push_back(stop);
    known.push_back(ended(t, own));
    known.back().state = stop > 0 ? TrialState::kPruned : TrialState::kComplete;
    known.back().score = *std::min_element(own.begin(), own.end());
  }
  return stopped;
}

}  // namespace hpsearch::search::test

// W&B's hyperband by plain loops over whole curves: what it must stop, trial after trial.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace hpsearch::test {

struct SimulatedTrial {
  int stage = 0;
  int epochs = 0;              // that it would train
  int ends_at = 0;             // this epoch is its last for another reason; 0: none
  std::vector<double> values;  // by epoch, as measured, finite or not
};

struct SimulatedRule {
  std::vector<int> bands;
  double eta = 3.0;
  bool strict = true;
  bool maximize = true;
  std::size_t lag = 4;
};

// The epochs after which the trials are stopped, by number; 0: not at all. A trial is compared with
// those of its stage up to `lag` before it, as far as these have come. Its last epoch stops none.
inline std::vector<int> simulate_hyperband(const std::vector<SimulatedTrial>& trials,
                                           const SimulatedRule& rule) {
  std::vector<int> stopped;
  std::vector<std::vector<double>> histories;  // of the metric, lower is better
  for (std::size_t t = 0; t < trials.size(); ++t) {
    std::vector<double> own;
    int stop = 0;
    const int last = trials[t].ends_at > 0 ? trials[t].ends_at : trials[t].epochs;
    for (int epoch = 1; epoch <= last; ++epoch) {
      const double value = trials[t].values.at(static_cast<std::size_t>(epoch - 1));
      if (!std::isfinite(value)) {
        continue;
      }
      own.push_back(rule.maximize ? -value : value);
      std::size_t band = 0;
      for (const int b : rule.bands) {
        if (static_cast<std::size_t>(b) <= own.size()) {
          band = static_cast<std::size_t>(b);
        }
      }
      if (band == 0 || epoch == last) {
        continue;
      }
      std::vector<double> at_band{own[band - 1]};
      for (std::size_t other = 0; other + rule.lag <= t; ++other) {
        if (trials[other].stage == trials[t].stage && histories[other].size() >= band) {
          at_band.push_back(histories[other][band - 1]);
        }
      }
      std::sort(at_band.begin(), at_band.end());
      const double threshold =
          at_band[static_cast<std::size_t>((1.0 / rule.eta) * static_cast<double>(at_band.size()))];
      double judged = own[band - 1];
      if (!rule.strict) {
        for (const double x : own) {
          judged = std::min(judged, x);
        }
      }
      if (judged > threshold) {
        stop = epoch;
        break;
      }
    }
    stopped.push_back(stop);
    histories.push_back(own);
  }
  return stopped;
}

}  // namespace hpsearch::test

// Sanity checks before a search (cs231n, "babysitting the learning process"): is the initial loss
// that of guessing, does regularisation raise it, can the network memorise a few rows, and which
// learning rates reduce the loss? Each function builds its own network and is a pure function of
// its arguments. All throw std::bad_alloc if it does not fit into memory, and SettingError if
// settings do not suit the data or the CPU.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "nn/data/training_data.h"
#include "nn/settings/settings.h"

namespace hpsearch::nn {

// The loss before any update, over at most 1,000 training rows. In evaluation mode; in training
// mode with batch normalisation, which has no running statistics yet.
struct InitialLoss {
  double loss = 0.0;
  double expected = 0.0;  // loss of outputs that are all 0: ln K for K classes
};
InitialLoss initial_loss(const Settings& settings, const TrainingData& data, std::uint64_t seed);

// The penalties on the initial weights: l2/2 sum w^2 + l1 sum |w|.
double initial_penalty(const Settings& settings, const TrainingData& data, std::uint64_t seed);

// The result of memorising a few rows: training in full batches without regularisation. Stops once
// the loss is below a hundredth of the first one, or not finite, or after `updates` updates.
struct Overfit {
  std::size_t rows = 0;
  double first_loss = 0.0;
  double loss = 0.0;               // of the last pass
  int updates = 0;                 // performed
  std::optional<double> accuracy;  // of the last pass; classification only
  bool learnt = false;             // the loss fell below a hundredth of the first one
};
Overfit overfit(const Settings& settings,
                const TrainingData& data,
                std::uint64_t seed,
                std::size_t rows,
                int updates);

// A learning rate range test: one update at each of many rates, which grow geometrically (Smith
// 2017, "Cyclical learning rates", section 3.3). Requires 0 < lowest < highest and updates > 1.
struct RangeTest {
  struct Point {
    double rate = 0.0;
    double loss = 0.0;  // exponentially smoothed, before the update
  };
  std::vector<Point> points;
  std::optional<double> falls_from;      // lowest rate where the loss has fallen by more than noise
  std::optional<double> steepest;        // rate of the fastest fall after that
  std::optional<double> diverges_above;  // rate where it exceeds four times its lowest, or is not
                                         // finite; the test ends there
};
RangeTest range_test(const Settings& settings,
                     const TrainingData& data,
                     std::uint64_t seed,
                     double lowest,
                     double highest,
                     int updates);

}  // namespace hpsearch::nn

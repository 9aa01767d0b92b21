// What a careful person does before a search (cs231n, "babysitting the learning process"): is the
// first loss that of guessing, does regularisation raise it, can a handful of rows be learnt by
// heart, and which learning rates move anything?
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "nn/data/training_data.h"
#include "nn/settings/settings.h"

namespace hpsearch::nn {

// Before any update, over at most 1,000 training rows; in evaluation mode, or with batch
// normalisation, which has no running statistics yet, in training mode.
struct InitialLoss {
  double loss = 0.0;
  double expected = 0.0;  // of guessing: ln K for K classes; of a regression that of saying 0
};
InitialLoss initial_loss(const Settings& settings, const TrainingData& data, std::uint64_t seed);

// What the penalties add to the first loss: l2/2 sum w^2 + l1 sum |w|.
double initial_penalty(const Settings& settings, const TrainingData& data, std::uint64_t seed);

// Learning a few rows by heart: training in full batches without dropout and penalties.
struct Overfit {
  std::size_t rows = 0;
  double first_loss = 0.0;
  double loss = 0.0;               // reached at last
  int updates = 0;                 // that it took
  std::optional<double> accuracy;  // of classes
  bool learnt = false;             // the loss fell below a hundredth of the first one
};
Overfit overfit(const Settings& settings,
                const TrainingData& data,
                std::uint64_t seed,
                std::size_t rows,
                int updates);

// One pass over learning rates, each a little larger than the last, one update each (Smith 2017,
// "Cyclical learning rates", section 3.3).
struct RangeTest {
  struct Point {
    double rate = 0.0;
    double loss = 0.0;  // smoothed; before the update
  };
  std::vector<Point> points;
  std::optional<double> falls_from;      // the loss has fallen, by more than noise
  std::optional<double> steepest;        // where it falls fastest, once it does
  std::optional<double> diverges_above;  // it has risen to four times its lowest, or is not finite
};
RangeTest range_test(const Settings& settings,
                     const TrainingData& data,
                     std::uint64_t seed,
                     double lowest,
                     double highest,
                     int updates);

}  // namespace hpsearch::nn

// A linear model of the training rows: what a network must beat to be worth its layers.
//
// It minimises over the rows, with features x standardised and an intercept that is not penalised,
//   regression:  sum |x W + b - y|^2 + |W|^2, y in training units (ridge regression; Hoerl and
//                Kennard 1970), by a Cholesky factorisation of the normal equations where there are
//                at most kMostSolvedFeatures;
//   classes:     sum of the cross-entropy + |W|^2 / 2 (logistic regression), by L-BFGS (Liu and
//                Nocedal 1989), which also serves wider regressions.
// These are the penalties of scikit-learn's Ridge and LogisticRegression. It reads the features as
// the network does, so its weights are those of a network without hidden layers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "nn/data/training_data.h"
#include "nn/model/trained_model.h"
#include "nn/network/weights.h"
#include "nn/settings/settings.h"

namespace hpsearch::nn {

// Bounds that keep the fit far below a second: it then sees evenly spaced training rows instead of
// all. Numbers include the intercept and the padding of rows to 16 floats.
struct LinearLimits {
  std::size_t rows = 20'000;
  std::uint64_t numbers = 4'000'000;      // rows * features
  std::uint64_t products = 50'000'000;    // rows * features * outputs, a pass over the rows
  std::uint64_t squares = 2'500'000'000;  // rows * features^2, of the normal equations
  std::size_t fewest_rows = 100;          // with fewer, unless these are all, there is no fit
};

inline constexpr std::size_t kMostSolvedFeatures = 1024;

struct LinearFit {
  WeightSet weights;     // of linear_settings(); empty: too wide for the limits
  std::size_t rows = 0;  // that it was fitted to
};

// `class_weights`: those of the network beside it, by which the mean loss of a row is weighted;
// empty: none are. The same result for the same data on one kind of CPU.
LinearFit fit_linear(const TrainingData& data,
                     const LinearLimits& limits = {},
                     std::span<const double> class_weights = {});

// Fits it for a network that was trained on this data.
void add_linear(TrainedModel& model, const TrainingData& data);

// A network without hidden layers that is judged by the loss of `settings`.
Settings linear_settings(const Settings& settings);

// Weights of such a network that always gives the trivial answer (trivial_outputs()).
WeightSet trivial_weights(const ModelTarget& target, std::size_t features);

// The linear model beside `model`, as a model of its own. Requires model.linear.
TrainedModel linear_model(const TrainedModel& model);

}  // namespace hpsearch::nn

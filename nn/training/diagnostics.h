// What goes on inside of a network: whether signals and gradients survive their way through the
// layers, which units are dead, and how fast each layer moves.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "nn/network/mlp.h"
#include "nn/training/epoch_record.h"

namespace hpsearch::nn {

// Which epochs are looked into.
enum class Diagnostics {
  kSome,  // 1, 2, 4, 8, ... and the last
  kAll,
  kNone
};

bool is_looked_into(Diagnostics which, int epoch, int last_epoch);

// Mean and population standard deviation.
struct Moments {
  double mean = 0.0;
  double deviation = 0.0;
};

// Of the first `used` columns of `rows` rows of `stride` floats.
Moments moments(std::span<const float> values,
                std::size_t rows,
                std::size_t used,
                std::size_t stride);

// Share of a hidden layer's units that give nothing in any of the first `rows` rows of the last
// pass in evaluation mode: ReLU's 0, and what is not above 0 of leaky ReLU and ELU. Of other
// activations: share of the units whose output is the same in all rows.
double dead_units(const HiddenLayer& layer, const LinearLayer& linear, std::size_t rows);

// After a backward pass, of each linear layer N from 1: gradient_mean_N and gradient_std_N, of the
// weights' gradient of the data loss; and where there is a hidden layer, delta_std_N, the deviation
// of the loss's derivative at its linear part, over `rows` rows.
void add_gradients(const Mlp& network, std::size_t rows, int epoch, std::vector<SeriesValue>& out);

// After a pass in evaluation mode over `rows` rows, of each hidden layer N from 1:
// activation_mean_N, activation_std_N and dead_units_N.
void add_activations(const Mlp& network,
                     std::size_t rows,
                     int epoch,
                     std::vector<SeriesValue>& out);

// update_ratio_N of each linear layer: L2 norm of an update / L2 norm of its weights.
void add_ratios(std::span<const double> ratios, int epoch, std::vector<SeriesValue>& out);

}  // namespace hpsearch::nn

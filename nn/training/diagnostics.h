// Looks inside a network: whether signals and gradients survive on their way through the layers,
// which units are dead, and how fast each layer changes. Nothing here changes the network.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "nn/network/mlp.h"
#include "nn/training/epoch_record.h"

namespace hpsearch::nn {

// The epochs to measure.
enum class Diagnostics {
  kSome,  // 1, 2, 4, 8, ... and the last
  kAll,
  kNone
};

// True if an epoch (from 1) is one of them.
bool is_looked_into(Diagnostics which, int epoch, int last_epoch);

// Mean and population standard deviation.
struct Moments {
  double mean = 0.0;
  double deviation = 0.0;
};

// The moments of the first `used` columns of a matrix (rows x stride), in double precision.
Moments moments(std::span<const float> values,
                std::size_t rows,
                std::size_t used,
                std::size_t stride);

// The fraction of dead units in a hidden layer, over the first `rows` rows of the last pass in
// evaluation mode. A unit of ReLU or of one of its smooth or leaky relatives (leaky ReLU, ELU,
// SELU, Mish, SiLU, GELU) is dead if its output is never above 0; a unit of another activation if
// its output is the same for all rows.
double dead_units(const HiddenLayer& layer, const LinearLayer& linear, std::size_t rows);

// Appends, after a backward pass with stored gradients and for each linear layer N from 1,
// gradient_mean_N and gradient_std_N of the weights' gradient of the data loss. A hidden layer also
// gets delta_std_N, the deviation over `rows` rows of dL/d(linear part); maxout has none.
void add_gradients(const Mlp& network, std::size_t rows, int epoch, std::vector<SeriesValue>& out);

// Appends, after a pass in evaluation mode over `rows` rows and for each hidden layer N from 1,
// activation_mean_N, activation_std_N and dead_units_N.
void add_activations(const Mlp& network,
                     std::size_t rows,
                     int epoch,
                     std::vector<SeriesValue>& out);

// Appends update_ratio_N for each linear layer: L2 norm of an update / L2 norm of its weights.
void add_ratios(std::span<const double> ratios, int epoch, std::vector<SeriesValue>& out);

}  // namespace hpsearch::nn

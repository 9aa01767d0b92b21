// A table of a network's layers and sizes, in the style of PyTorch's torchsummary.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "nn/network/network_inputs.h"
#include "nn/settings/settings.h"

namespace hpsearch::nn {

struct SummaryRow {
  std::string name;            // "BatchNorm-2"
  std::string detail;          // "epsilon 1e-05, momentum 0.1"
  std::size_t units = 0;       // outputs of one row
  std::size_t parameters = 0;  // trainable numbers
};

// Sizes in bytes, with 4 bytes per float: the inputs of a whole batch, its activations counted
// twice (forward and backward), and the parameters. As torchsummary counts them for a batch of one
// row.
struct ModelSummary {
  std::vector<SummaryRow> rows;  // Linear, BatchNorm, activation, Dropout, ... from the inputs
  std::size_t parameters = 0;
  double input_bytes = 0.0;
  double pass_bytes = 0.0;
  double parameter_bytes = 0.0;
};

// Needs no network, so it costs no memory. Requires batch_rows > 0.
ModelSummary summarise_model(const Settings& settings,
                             const NetworkInputs& inputs,
                             std::size_t outputs,
                             std::size_t batch_rows);

}  // namespace hpsearch::nn

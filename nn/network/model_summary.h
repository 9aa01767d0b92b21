// What a network consists of, as a table: PyTorch users know it as torchsummary's.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "nn/settings/settings.h"

namespace hpsearch::nn {

struct SummaryRow {
  std::string name;    // "BatchNorm-2"
  std::string detail;  // "epsilon 1e-05, momentum 0.1"
  std::size_t units = 0;
  std::size_t parameters = 0;
};

// Sizes in bytes by torchsummary's arithmetic: inputs of a whole batch; activations of one row,
// once forward and once backward; parameters once. A float has 4 bytes.
struct ModelSummary {
  std::vector<SummaryRow> rows;  // Linear, BatchNorm, activation, Dropout, ... in their order
  std::size_t parameters = 0;
  double input_bytes = 0.0;
  double pass_bytes = 0.0;
  double parameter_bytes = 0.0;
};

// Requires batch_rows > 0.
ModelSummary summarise_model(const Settings& settings,
                             std::size_t inputs,
                             std::size_t outputs,
                             std::size_t batch_rows);

}  // namespace hpsearch::nn

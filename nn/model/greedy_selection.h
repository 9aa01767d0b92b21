// Which models to average, by greedy selection with replacement (Caruana, Niculescu-Mizil, Crew and
// Ksikes 2004: Ensemble selection from libraries of models).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "nn/network/loss.h"

namespace hpsearch::nn {

// What the rows are, for the loss: a class each, or numbers. Predictions are probabilities of the
// classes, or numbers, as many a row as there are targets.
struct RowTruth {
  std::vector<std::uint32_t> labels = {};  // (rows); empty for numbers
  std::vector<double> targets = {};        // (rows, width), row-major; empty for classes
  std::vector<double> deviations = {};     // (width) unit of each target in the loss; above 0
  std::size_t width = 1;                   // predictions of a row: classes, or targets
  RegressionLoss regression = RegressionLoss::kSquared;
  double huber_delta = 1.0;  // above 0

  std::size_t rows() const { return labels.empty() ? targets.size() / width : labels.size(); }
};

// The loss of one row, as training has it: minus the logarithm of the class's probability, which is
// taken as at least 1e-15; or the loss of the error in units of the deviations, the mean over the
// targets.
double row_loss(const RowTruth& truth, std::size_t row, const double* prediction);

struct GreedySelection {
  std::vector<int> counts;     // (candidates) how often each was taken
  std::vector<double> losses;  // after each step, of all steps that were made
  std::size_t taken = 0;       // steps of the best prefix: the sum of the counts
};

// At each step takes the candidate whose prediction added to the mean of those taken so far gives
// the least mean loss, a candidate any number of times; then keeps the shortest prefix of the least
// loss. Of equal candidates the first wins. Shapes: a candidate (rows, width), row-major. Requires
// at least one candidate, row and step. Empty if `stop` came first.
std::optional<GreedySelection> select_greedily(const RowTruth& truth,
                                               std::span<const std::span<const double>> candidates,
                                               int steps,
                                               const std::stop_token& stop = {});

}  // namespace hpsearch::nn

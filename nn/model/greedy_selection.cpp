#include "nn/model/greedy_selection.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hpsearch::nn {
namespace {

constexpr double kLeastProbability = 1e-15;

// A mean of the same networks in another order differs by rounding alone, and no less on another
// machine: only a difference beyond it decides.
bool is_less(double loss, double least) {
  return loss < least - 1e-12 * std::abs(least) || std::isinf(least);
}

double loss_of_error(double error, const RowTruth& truth) {
  const double size = std::abs(error);
  const double delta = truth.huber_delta;
  switch (truth.regression) {
    case RegressionLoss::kSquared:
      break;
    case RegressionLoss::kAbsolute:
      return size;
    case RegressionLoss::kHuber:
      return size <= delta ? 0.5 * error * error : delta * (size - 0.5 * delta);
  }
  return error * error;
}

// The mean loss if the candidate joins `taken` others whose predictions add up to `sum`.
double loss_with(const RowTruth& truth,
                 std::span<const double> sum,
                 std::span<const double> candidate,
                 std::size_t taken) {
  const std::size_t rows = truth.rows();
  const auto all = static_cast<double>(taken + 1);
  std::vector<double> mean(truth.width);
  double loss = 0.0;
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t c = 0; c < truth.width; ++c) {
      const std::size_t at = row * truth.width + c;
      mean[c] = (sum[at] + candidate[at]) / all;
    }
    loss += row_loss(truth, row, mean.data());
  }
  return loss / static_cast<double>(rows);
}

}  // namespace

double row_loss(const RowTruth& truth, std::size_t row, const double* prediction) {
  if (!truth.labels.empty()) {
    return -std::log(std::max(prediction[truth.labels[row]], kLeastProbability));
  }
  double sum = 0.0;
  for (std::size_t t = 0; t < truth.width; ++t) {
    const double error =
        (prediction[t] - truth.targets[row * truth.width + t]) / truth.deviations[t];
    sum += loss_of_error(error, truth);
  }
  return sum / static_cast<double>(truth.width);
}

std::optional<GreedySelection> select_greedily(const RowTruth& truth,
                                               std::span<const std::span<const double>> candidates,
                                               int steps,
                                               const std::stop_token& stop) {
  GreedySelection selection;
  std::vector<std::size_t> order;
  std::vector<double> sum(truth.rows() * truth.width);
  for (int step = 0; step < steps; ++step) {
    double least = std::numeric_limits<double>::infinity();
    std::size_t best = 0;
    for (std::size_t c = 0; c < candidates.size(); ++c) {
      if (stop.stop_requested()) {
        return std::nullopt;
      }
      const double loss = loss_with(truth, sum, candidates[c], order.size());
      if (is_less(loss, least)) {
        least = loss;
        best = c;
      }
    }
    for (std::size_t i = 0; i < sum.size(); ++i) {
      sum[i] += candidates[best][i];
    }
    order.push_back(best);
    selection.losses.push_back(least);
  }
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t step = 0; step < selection.losses.size(); ++step) {
    if (is_less(selection.losses[step], least)) {
      least = selection.losses[step];
      selection.taken = step + 1;
    }
  }
  selection.counts.assign(candidates.size(), 0);
  for (std::size_t step = 0; step < selection.taken; ++step) {
    ++selection.counts[order[step]];
  }
  return selection;
}

}  // namespace hpsearch::nn

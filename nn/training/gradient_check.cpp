#include "nn/training/gradient_check.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "nn/base/compute_thread.h"
#include "nn/network/mlp.h"
#include "nn/training/batch_loader.h"

namespace hpsearch::nn {
namespace {

constexpr std::size_t kCompared = 20;
constexpr std::array kSteps{1e-3F, 3e-4F, 1e-4F, 3e-3F, 1e-2F};
constexpr double kNegligible = 1e-4;

// The places of the largest gradients.
std::vector<std::size_t> largest(const std::vector<float>& gradient) {
  std::vector<std::size_t> places(gradient.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  const std::size_t n = std::min(kCompared, places.size());
  std::partial_sort(
      places.begin(), places.begin() + static_cast<std::ptrdiff_t>(n), places.end(),
      [&](std::size_t a, std::size_t b) { return std::abs(gradient[a]) > std::abs(gradient[b]); });
  places.resize(n);
  return places;
}

}  // namespace

std::vector<GradientCheck> check_gradients(const Settings& settings,
                                           const TrainingData& data,
                                           std::span<const std::uint32_t> rows,
                                           std::uint64_t seed) {
  const ComputeThread guard;
  Settings exact = settings;
  exact.precision = Precision::kF32;  // a rounded loss has steps and no slopes
  Mlp network(exact, data.dataset->columns, network_outputs(*data.dataset), rows.size(), seed);
  BatchLoader loader(settings, data);
  auto mean_loss = [&] {
    // Anew each time: input dropout changes the inputs.
    const BatchLoss loss = network.forward_backward(loader.for_training(rows, network), 0);
    return loss.loss / loss.weight;
  };
  mean_loss();
  const std::vector<Parameter> parameters = network.parameters();
  std::vector<std::vector<float>> gradients;
  gradients.reserve(parameters.size());
  for (const Parameter& p : parameters) {
    gradients.emplace_back(p.gradient.begin(), p.gradient.end());
  }
  float overall = 0.0F;
  for (const auto& gradient : gradients) {
    for (const float g : gradient) {
      overall = std::isfinite(g) ? std::max(overall, std::abs(g)) : g;
      if (!std::isfinite(overall)) {
        return {};
      }
    }
  }
  std::vector<GradientCheck> checks;
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    const Parameter& p = parameters[k];
    const std::vector<std::size_t> places = largest(gradients[k]);
    const double scale = std::abs(static_cast<double>(gradients[k][places.front()]));
    GradientCheck check{p.name, 0, 0.0};
    const bool negligible = scale < kNegligible * static_cast<double>(overall);
    for (const std::size_t i : places) {
      const double analytic = static_cast<double>(gradients[k][i]);
      if (analytic == 0.0 || negligible) {
        continue;  // padding, or a number that the loss does not depend on here
      }
      double best = std::numeric_limits<double>::infinity();
      for (const float h : kSteps) {
        const float at = p.value[i];
        p.value[i] = at + h;
        const double up = mean_loss();
        const double gradient_above = static_cast<double>(p.gradient[i]);
        const double above = static_cast<double>(p.value[i]);
        p.value[i] = at - h;
        const double down = mean_loss();
        // The slope between two points is the mean of the gradients there, to the second order in h
        // as the gradient between them is, and also across a kink in the middle.
        const double mean = 0.5 * (gradient_above + static_cast<double>(p.gradient[i]));
        const double numerical = (up - down) / (above - static_cast<double>(p.value[i]));
        p.value[i] = at;
        const double error = std::fmin(std::abs(analytic - numerical), std::abs(mean - numerical));
        best = std::fmin(best, error / scale);
      }
      ++check.compared;
      check.largest_error = std::max(check.largest_error, best);
    }
    checks.push_back(std::move(check));
  }
  return checks;
}

}  // namespace hpsearch::nn

#include "nn/training/gradient_check.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>

#include "nn/base/compute_thread.h"
#include "nn/base/random.h"
#include "nn/network/mlp.h"
#include "nn/training/batch_loader.h"
#include "nn/training/embedded_inputs.h"

namespace hpsearch::nn {
namespace {

constexpr std::size_t kCompared = 20;  // numbers of an array
constexpr std::array kSteps{1e-3F, 3e-4F, 1e-4F, 3e-3F, 1e-2F};
constexpr double kNegligible = 1e-4;  // of the network's largest gradient

using Gradients = std::vector<std::vector<float>>;  // [array][number]

// Copies, since each evaluation of the loss overwrites the originals.
Gradients copy_gradients(std::span<const Parameter> parameters) {
  Gradients gradients;
  gradients.reserve(parameters.size());
  for (const Parameter& p : parameters) {
    gradients.emplace_back(p.gradient.begin(), p.gradient.end());
  }
  return gradients;
}

// The largest absolute gradient of the network; std::nullopt if one is not finite.
std::optional<float> largest_magnitude(const Gradients& gradients) {
  float largest = 0.0F;
  for (const auto& gradient : gradients) {
    for (const float g : gradient) {
      if (!std::isfinite(g)) {
        return std::nullopt;
      }
      largest = std::max(largest, std::abs(g));
    }
  }
  return largest;
}

// The places of the kCompared largest gradients, the largest first.
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

// The smallest difference over all steps h between number i of `p` and its slope, relative to
// `scale`. `mean_loss` computes the loss and all gradients for the present parameters.
template <class Loss>
double error_at(
    const Parameter& p, std::size_t i, double analytic, double scale, const Loss& mean_loss) {
  double best = std::numeric_limits<double>::infinity();
  for (const float h : kSteps) {
    const float at = p.value[i];
    p.value[i] = at + h;
    const double up = mean_loss();
    const double gradient_above = static_cast<double>(p.gradient[i]);
    const double above = static_cast<double>(p.value[i]);
    p.value[i] = at - h;
    const double down = mean_loss();
    // The mean of the gradients at both ends approximates the slope between them to second order in
    // h, like the gradient in the middle, and does so even across a kink there.
    const double mean = 0.5 * (gradient_above + static_cast<double>(p.gradient[i]));
    // The distance between the points as float32 rounded it, rather than 2h.
    const double numerical = (up - down) / (above - static_cast<double>(p.value[i]));
    p.value[i] = at;
    const double error = std::fmin(std::abs(analytic - numerical), std::abs(mean - numerical));
    best = std::fmin(best, error / scale);
  }
  return best;
}

// With ntk the output layer starts at zero, and no gradient would reach the layers below it.
void leave_zero(Mlp& network, std::uint64_t seed) {
  LinearLayer& last = network.layers().back();
  const auto number = static_cast<std::uint32_t>(network.layers().size());
  Stream stream(seed, Purpose::kInitialise, 0, number);  // no layer has this number
  for (std::size_t i = 0; i < last.in; ++i) {
    for (std::size_t j = 0; j < last.out; ++j) {
      last.weights[i * last.columns() + j] = static_cast<float>(last.unit * stream.normal());
    }
  }
}

}  // namespace

std::vector<GradientCheck> check_gradients(const Settings& settings,
                                           const TrainingData& data,
                                           std::span<const std::uint32_t> rows,
                                           std::uint64_t seed) {
  const ComputeThread guard;
  Settings exact = settings;
  exact.precision = Precision::kF32;  // a rounded loss is a staircase, which has no useful slopes
  Mlp network(exact, network_inputs(exact, data), network_outputs(*data.dataset), rows.size(),
              seed);
  if (settings.parametrization == Parametrization::kNtk) {
    leave_zero(network, seed);
  }
  BatchLoader loader(settings, data);
  auto mean_loss = [&] {
    // Loads the rows each time, because input dropout overwrites them.
    const BatchLoss loss = network.forward_backward(loader.for_training(rows, network), 0);
    return loss.loss / loss.weight;
  };
  mean_loss();
  const std::vector<Parameter> parameters = network.parameters();
  const Gradients gradients = copy_gradients(parameters);
  const std::optional<float> overall = largest_magnitude(gradients);
  if (!overall) {
    return {};
  }
  std::vector<GradientCheck> checks;
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    const std::vector<std::size_t> places = largest(gradients[k]);
    const double scale = std::abs(static_cast<double>(gradients[k][places.front()]));
    GradientCheck check{parameters[k].name, 0, 0.0};
    const bool negligible = scale < kNegligible * static_cast<double>(*overall);
    for (const std::size_t i : places) {
      const double analytic = static_cast<double>(gradients[k][i]);
      if (analytic == 0.0 || negligible) {
        continue;  // padding, or a number that the loss does not depend on here
      }
      ++check.compared;
      check.largest_error =
          std::max(check.largest_error, error_at(parameters[k], i, analytic, scale, mean_loss));
    }
    checks.push_back(std::move(check));
  }
  return checks;
}

}  // namespace hpsearch::nn

#include "tests/bench/search_problems.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string>

namespace hpsearch::bench {
namespace {

using search::Numeric;
using search::ParamSet;
using search::Space;

Space cube(std::size_t dimensions, double low, double high) {
  Space space;
  for (std::size_t i = 0; i < dimensions; ++i) {
    space.push_back({"x" + std::to_string(i), Numeric{low, high, false, 0.0, false}});
  }
  return space;
}

double at(const ParamSet& params, const std::string& name) {
  return params.at(name).number();
}

double branin(const ParamSet& params) {
  const double x = at(params, "x");
  const double y = at(params, "y");
  constexpr double pi = std::numbers::pi;
  const double valley = y - 5.1 / (4.0 * pi * pi) * x * x + 5.0 / pi * x - 6.0;
  return valley * valley + 10.0 * (1.0 - 1.0 / (8.0 * pi)) * std::cos(x) + 10.0 -
         0.39788735772973816;
}

double hartmann6(const ParamSet& params) {
  constexpr double alpha[4] = {1.0, 1.2, 3.0, 3.2};
  constexpr double a[4][6] = {{10, 3, 17, 3.5, 1.7, 8},
                              {0.05, 10, 17, 0.1, 8, 14},
                              {3, 3.5, 1.7, 10, 17, 8},
                              {17, 8, 0.05, 10, 0.1, 14}};
  constexpr double p[4][6] = {{0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886},
                              {0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991},
                              {0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650},
                              {0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381}};
  double sum = 0.0;
  for (std::size_t i = 0; i < 4; ++i) {
    double distance = 0.0;
    for (std::size_t j = 0; j < 6; ++j) {
      const double d = at(params, "x" + std::to_string(j)) - p[i][j];
      distance += a[i][j] * d * d;
    }
    sum += alpha[i] * std::exp(-distance);
  }
  return 3.322368011391339 - sum;
}

double rosenbrock4(const ParamSet& params) {
  double sum = 0.0;
  for (std::size_t i = 0; i < 3; ++i) {
    const double x = at(params, "x" + std::to_string(i));
    const double next = at(params, "x" + std::to_string(i + 1));
    sum += 100.0 * (next - x * x) * (next - x * x) + (1.0 - x) * (1.0 - x);
  }
  return sum;
}

// A validation error over learning rate, L2 and dropout: a wall towards large rates, a plain
// towards small L2.
double bowl(const ParamSet& params) {
  const double a = std::log10(at(params, "learning_rate")) + 2.3;
  const double b = std::log10(at(params, "l2")) + 4.0;
  const double d = at(params, "dropout");
  const double error =
      0.02 * a * a * (a < 0.0 ? 1.0 : 4.0) +
      0.004 * (2.0 * std::pow(std::max(b, 0.0), 2.0) + 0.2 * std::abs(std::min(b, 0.0))) +
      0.05 * (d - 0.3) * (d - 0.3) + 0.003 * a * b;
  return std::clamp(error, 0.0, 0.8);
}

constexpr std::array kProblems{
    SearchBenchProblem{"Branin",
                       [] {
                         return Space{{"x", Numeric{-5.0, 10.0, false, 0.0, false}},
                                      {"y", Numeric{0.0, 15.0, false, 0.0, false}}};
                       },
                       branin},
    SearchBenchProblem{"Hartmann6", [] { return cube(6, 0.0, 1.0); }, hartmann6},
    SearchBenchProblem{"Rosenbrock4", [] { return cube(4, -5.0, 10.0); }, rosenbrock4},
    SearchBenchProblem{"bowl",
                       [] {
                         return Space{{"dropout", Numeric{0.0, 0.9, false, 0.0, false}},
                                      {"l2", Numeric{1e-8, 1.0, true, 0.0, false}},
                                      {"learning_rate", Numeric{1e-6, 10.0, true, 0.0, false}}};
                       },
                       bowl},
};

}  // namespace

std::span<const SearchBenchProblem> search_problems() {
  return kProblems;
}

}  // namespace hpsearch::bench

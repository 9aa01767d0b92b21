#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>

#include <fmt/format.h>

#include "nn/base/random.h"
#include "tests/bench/suite_problems.h"

namespace hpsearch::bench {
namespace {

using search::Categorical;
using search::Expression;
using search::Numeric;
using search::Parameter;
using search::ParamSet;
using search::Space;

constexpr double kPi = std::numbers::pi;

double square(double x) {
  return x * x;
}

Parameter real(std::string name, double low, double high) {
  return {std::move(name), Numeric{low, high, false, 0.0, false}};
}
Parameter log_real(std::string name, double low, double high) {
  return {std::move(name), Numeric{low, high, true, 0.0, false}};
}
Parameter stepped(std::string name, double low, double high, double step) {
  return {std::move(name), Numeric{low, high, false, step, false}};
}
Parameter whole(std::string name, double low, double high) {
  return {std::move(name), Numeric{low, high, false, 1.0, true}};
}
Parameter log_whole(std::string name, double low, double high) {
  return {std::move(name), Numeric{low, high, true, 1.0, true}};
}

double at(const ParamSet& params, const std::string& name) {
  return params.at(name).number();
}
double log10_at(const ParamSet& params, const std::string& name) {
  return std::log10(at(params, name));
}
double log2_at(const ParamSet& params, const std::string& name) {
  return std::log2(at(params, name));
}
bool is(const ParamSet& params, const std::string& name, std::string_view value) {
  return nn::to_text(params.at(name)) == value;
}

// A function of x00, x01, ... in a cube.
SuiteProblem on_cube(std::string name,
                     std::size_t dimensions,
                     double low,
                     double high,
                     double (*function)(const std::vector<double>&)) {
  Space space;
  for (std::size_t i = 0; i < dimensions; ++i) {
    space.push_back(real(fmt::format("x{:02}", i), low, high));
  }
  auto trial = [function](const ParamSet& params) {
    std::vector<double> x;
    for (const auto& [key, value] : params) {
      x.push_back(value.number());
    }
    const double regret = function(x);
    return SuiteTrial{regret, regret};
  };
  return {std::move(name), std::move(space), {}, trial};
}

// Where there is neither noise nor divergence.
template <class Function>
SuiteProblem plain(std::string name,
                   Space space,
                   Function regret,
                   std::vector<std::string> constraints = {}) {
  SuiteProblem problem{std::move(name), std::move(space), {}, [regret](const ParamSet& params) {
                         const double value = regret(params);
                         return SuiteTrial{value, value};
                       }};
  for (const std::string& constraint : constraints) {
    problem.constraints.push_back(Expression::parse(constraint));
  }
  return problem;
}

double levy(const std::vector<double>& x) {
  auto w = [&](std::size_t i) { return 1.0 + (x[i] - 1.0) / 4.0; };
  const std::size_t last = x.size() - 1;
  double sum = square(std::sin(kPi * w(0)));
  for (std::size_t i = 0; i < last; ++i) {
    sum += square(w(i) - 1.0) * (1.0 + 10.0 * square(std::sin(kPi * w(i) + 1.0)));
  }
  return sum + square(w(last) - 1.0) * (1.0 + square(std::sin(2.0 * kPi * w(last))));
}

double styblinski_tang(const std::vector<double>& x) {
  double sum = 0.0;
  for (const double v : x) {
    sum += 0.5 * (square(square(v)) - 16.0 * square(v) + 5.0 * v) + 39.16616570377142;
  }
  return sum;
}

double ackley(const std::vector<double>& x) {
  const auto n = static_cast<double>(x.size());
  double squares = 0.0;
  double cosines = 0.0;
  for (const double v : x) {
    squares += v * v / n;
    cosines += std::cos(2.0 * kPi * v) / n;
  }
  return 20.0 - 20.0 * std::exp(-0.2 * std::sqrt(squares)) + std::numbers::e - std::exp(cosines);
}

// Turned, so that no axis is its own; lengths differ by a factor of 30.
double ellipsoid(const std::vector<double>& x) {
  constexpr std::array shift{1.3, -2.1, 0.4, 3.2, -0.7, 1.9};
  constexpr std::array mirror{0.2, 0.6, -0.4, 0.3, 0.5, 0.31622776601683794};  // of length 1
  std::array<double, 6> y{};
  double along = 0.0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    y[i] = x[i] - shift[i];
    along += y[i] * mirror[i];
  }
  double sum = 0.0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    sum += std::pow(10.0, 0.6 * static_cast<double>(i)) * square(y[i] - 2.0 * along * mirror[i]);
  }
  return sum;
}

double rastrigin(const std::vector<double>& x) {
  constexpr std::array shift{0.7, -1.4, 1.9, -0.3, 1.1};
  double sum = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double v = x[i] - shift[i];
    sum += v * v - 10.0 * std::cos(2.0 * kPi * v) + 10.0;
  }
  return sum;
}

// Hartmann's function of the second, sixth and ninth of twelve.
double sparse(const std::vector<double>& all) {
  constexpr double alpha[4] = {1.0, 1.2, 3.0, 3.2};
  constexpr double a[4][3] = {{3, 10, 30}, {0.1, 10, 35}, {3, 10, 30}, {0.1, 10, 35}};
  constexpr double p[4][3] = {{0.3689, 0.1170, 0.2673},
                              {0.4699, 0.4387, 0.7470},
                              {0.1091, 0.8732, 0.5547},
                              {0.0381, 0.5743, 0.8828}};
  const std::array x{all[1], all[5], all[8]};
  double sum = 0.0;
  for (std::size_t i = 0; i < 4; ++i) {
    double distance = 0.0;
    for (std::size_t j = 0; j < 3; ++j) {
      distance += a[i][j] * square(x[j] - p[i][j]);
    }
    sum += alpha[i] * std::exp(-distance);
  }
  return 3.86278214782076 - sum;
}

// Nothing is learnt at low rates, all at a rate near 1, and beyond 3 it diverges.
SuiteProblem wall() {
  Space space{log_real("l2", 1e-8, 1.0), log_real("learning_rate", 1e-5, 10.0),
              real("momentum", 0.0, 0.99)};
  return {"wall", std::move(space), {}, [](const ParamSet& params) -> SuiteTrial {
            const double rate = log10_at(params, "learning_rate") -
                                std::log10(1.0 - at(params, "momentum")) +
                                0.1 * (log10_at(params, "l2") + 4.0);
            if (rate > 0.5) {
              return {};
            }
            const double l2 = log10_at(params, "l2") + 4.0;
            const double regret = 0.8 * (1.0 - std::exp(-2.0 * rate * rate)) +
                                  0.05 * l2 * l2 / (4.0 + l2 * l2) +
                                  0.02 * square(at(params, "momentum") - 0.8);
            return {regret, regret};
          }};
}

SuiteProblem whole_numbers() {
  Space space{log_whole("batch_size", 8, 512), whole("hidden_layers", 1, 6),
              log_whole("hidden_units", 4, 1024), log_real("learning_rate", 1e-5, 1.0)};
  return plain("whole_numbers", std::move(space), [](const ParamSet& params) {
    const double batch = log2_at(params, "batch_size") - std::log2(48.0);
    const double layers = at(params, "hidden_layers") - 3.0;
    const double units = log2_at(params, "hidden_units") - std::log2(160.0);
    const double rate = log10_at(params, "learning_rate") + 2.0;
    return 0.05 * square(rate - 0.15 * batch + 0.2 * layers) + 0.004 * square(batch) +
           0.02 * std::abs(layers) + 0.005 * square(units + 0.7 * layers);
  });
}

SuiteProblem steps() {
  Space space{stepped("dropout", 0.0, 0.8, 0.05), stepped("input_dropout", 0.0, 0.5, 0.1),
              log_real("learning_rate", 1e-4, 1.0), stepped("momentum", 0.0, 0.95, 0.05),
              stepped("width", 16.0, 512.0, 16.0)};
  return plain("steps", std::move(space), [](const ParamSet& params) {
    const double rate = log10_at(params, "learning_rate") + 1.2;
    const double momentum = at(params, "momentum") - 0.85;
    const double width = (at(params, "width") - 304.0) / 496.0;
    const double dropout = at(params, "dropout") - 0.35;
    return 0.1 * square(rate + 2.0 * momentum) + 0.2 * square(momentum) +
           0.5 * square(width - 0.5 * dropout) + 0.3 * square(dropout) +
           0.1 * std::abs(at(params, "input_dropout") - 0.2) +
           0.01 * (1.0 - std::cos(4.0 * kPi * width));
  });
}

SuiteProblem conditional() {
  Space space{when(real("beta1", 0.5, 0.999), "optimizer == 'adam'"),
              when(real("beta2", 0.8, 0.9999), "optimizer == 'adam'"),
              log_real("l2", 1e-7, 1e-1),
              log_real("learning_rate", 1e-5, 1.0),
              when(real("momentum", 0.0, 0.99), "optimizer == 'sgd'"),
              when(flag("nesterov"), "optimizer == 'sgd'"),
              choice("optimizer", {"adagrad", "adam", "rmsprop", "sgd"}),
              when(real("rho", 0.5, 0.999), "optimizer == 'rmsprop'")};
  return plain("conditional", std::move(space), [](const ParamSet& params) {
    const double rate = log10_at(params, "learning_rate");
    const double l2 = 0.01 * square(log10_at(params, "l2") + 4.5);
    if (is(params, "optimizer", "sgd")) {
      const double momentum = at(params, "momentum");
      return l2 + 0.06 * square(rate + 1.0 + 2.0 * (momentum - 0.9)) +
             0.4 * square(momentum - 0.9) + (is(params, "nesterov", "true") ? 0.0 : 0.01);
    }
    if (is(params, "optimizer", "adam")) {
      return l2 + 0.02 + 0.05 * square(rate + 2.7) + 0.2 * square(at(params, "beta1") - 0.88) +
             0.3 * square(at(params, "beta2") - 0.97);
    }
    if (is(params, "optimizer", "rmsprop")) {
      return l2 + 0.03 + 0.07 * square(rate + 3.0) + 0.2 * square(at(params, "rho") - 0.9);
    }
    return l2 + 0.06 + 0.04 * square(rate + 1.5);
  });
}

// Five kinds; the best of them is good in a small part of its ranges only.
SuiteProblem narrow() {
  Space space{choice("kind", {"a", "b", "c", "d", "e"}), real("x", 0.0, 1.0), real("y", 0.0, 1.0)};
  return plain("narrow", std::move(space), [](const ParamSet& params) {
    struct Basin {
      double floor, width, x, y;
    };
    constexpr std::array basins{Basin{0.10, 0.5, 0.3, 0.4}, Basin{0.06, 0.4, 0.6, 0.3},
                                Basin{0.00, 0.12, 0.35, 0.75}, Basin{0.2, 0.6, 0.5, 0.5},
                                Basin{0.15, 0.3, 0.8, 0.8}};
    const auto kind = static_cast<std::size_t>(nn::to_text(params.at("kind"))[0] - 'a');
    const Basin& b = basins[kind];
    const double r =
        square((at(params, "x") - b.x) / b.width) + square((at(params, "y") - b.y) / b.width);
    return b.floor + (0.6 - b.floor) * (1.0 - std::exp(-r));
  });
}

// A noise that repeats with the parameters, half as large as what is to be found in the better
// part.
SuiteProblem noise() {
  Space space{real("dropout", 0.0, 0.8), log_real("l2", 1e-7, 1e-1),
              log_real("learning_rate", 1e-5, 1.0), log_whole("units", 8, 512)};
  return {"noise", std::move(space), {}, [](const ParamSet& params) {
            const double rate = log10_at(params, "learning_rate") + 2.0;
            const double regret = 0.05 * square(rate) * (rate > 0.0 ? 2.0 : 1.0) +
                                  0.01 * square(log10_at(params, "l2") + 4.0 + 0.5 * rate) +
                                  0.2 * square(at(params, "dropout") - 0.3) +
                                  0.01 * square(log2_at(params, "units") - 7.0);
            nn::Stream stream(nn::hash_name(search::params_json(params)), nn::Purpose::kSample);
            return SuiteTrial{regret + 0.02 * stream.normal(), regret};
          }};
}

// The best network is as large as it may be: 240-123-93.
SuiteProblem constraint() {
  Space space{log_whole("hidden1", 8, 512), log_whole("hidden2", 8, 512),
              log_whole("hidden3", 8, 512), log_real("learning_rate", 1e-5, 1.0)};
  return plain("constraint", std::move(space),
               [](const ParamSet& params) {
                 const double h1 = log2_at(params, "hidden1");
                 const double h2 = log2_at(params, "hidden2");
                 const double h3 = log2_at(params, "hidden3");
                 const double rate = log10_at(params, "learning_rate") + 2.5;
                 return 0.02 * (24.0 - h1 - h2 - h3) + 0.01 * square(h1 - h2 - 1.0) +
                        0.01 * square(h2 - h3 - 1.0) + 0.05 * square(rate + 0.1 * (h1 - 9.0)) -
                        0.055801256664392444;
               },
               {"hidden2 <= hidden1", "hidden3 <= hidden2",
                "hidden1 * hidden2 + hidden2 * hidden3 <= 40960"});
}

SuiteProblem mixed() {
  Space space{choice("activation", {"elu", "relu", "sigmoid", "tanh"}),
              flag("batch_norm"),
              log_whole("batch_size", 8, 512),
              real("dropout", 0.0, 0.8),
              whole("hidden_layers", 1, 5),
              log_whole("hidden_units", 8, 512),
              choice("init", {"he_normal", "normal", "xavier_normal"}),
              log_real("l2", 1e-7, 1e-1),
              log_real("learning_rate", 1e-5, 1.0),
              real("momentum", 0.0, 0.99)};
  return plain("mixed", std::move(space), [](const ParamSet& params) {
    const bool norm = is(params, "batch_norm", "true");
    const double layers = at(params, "hidden_layers");
    const double batch = log2_at(params, "batch_size") - 5.0;
    const double rate = log10_at(params, "learning_rate") + 1.5 - 0.1 * batch -
                        std::log10((1.0 - at(params, "momentum")) / 0.1) * 0.7 - (norm ? 0.4 : 0.0);
    const double saturates = is(params, "activation", "sigmoid") ? 0.03 * layers
                             : is(params, "activation", "tanh")  ? 0.012
                             : is(params, "activation", "elu")   ? 0.004
                                                                 : 0.0;
    const double start = is(params, "init", "he_normal")       ? 0.0
                         : is(params, "init", "xavier_normal") ? 0.006
                                                               : 0.02 * layers;
    return 0.04 * square(rate) * (rate > 0.0 ? 2.0 : 1.0) + saturates +
           (norm ? 0.0 : start + 0.015) + 0.004 * square(batch) +
           0.15 * square(at(params, "dropout") - 0.2) + 0.01 * square(layers - 2.0) +
           0.006 * square(log2_at(params, "hidden_units") - 7.0) +
           0.005 * square(log10_at(params, "l2") + 4.0) +
           0.05 * square(at(params, "momentum") - 0.9);
  });
}

}  // namespace

std::vector<SuiteProblem> formula_problems() {
  std::vector<SuiteProblem> problems;
  problems.push_back(on_cube("levy4", 4, -10.0, 10.0, levy));
  problems.push_back(on_cube("styblinski_tang5", 5, -5.0, 5.0, styblinski_tang));
  problems.push_back(on_cube("ackley5", 5, -15.0, 30.0, ackley));
  problems.push_back(on_cube("ellipsoid6", 6, -5.0, 5.0, ellipsoid));
  problems.push_back(on_cube("rastrigin5", 5, -5.12, 5.12, rastrigin));
  problems.push_back(on_cube("sparse12", 12, 0.0, 1.0, sparse));
  problems.push_back(wall());
  problems.push_back(whole_numbers());
  problems.push_back(steps());
  problems.push_back(conditional());
  problems.push_back(narrow());
  problems.push_back(noise());
  problems.push_back(constraint());
  problems.push_back(mixed());
  return problems;
}

}  // namespace hpsearch::bench

#include "nn/data/synthetic.h"

#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>

#include "nn/base/portable_math.h"

namespace hpsearch::nn {
namespace {

constexpr std::size_t kInputs = 200;
constexpr std::size_t kTrainRows = 20;
constexpr std::size_t kTestRows = 100;

// Adds rows of linear-synthetic.
void add_linear_rows(SplitMix64& random, std::size_t rows, Dataset& data) {
  std::vector<double> sums(rows);
  for (double& sum : sums) {
    for (std::size_t i = 0; i < kInputs; ++i) {
      const double x = random.normal();
      data.real_features.push_back(static_cast<float>(x));
      sum += x;
    }
  }
  for (const double sum : sums) {
    // As a 32-bit file would have it.
    data.targets.push_back(
        static_cast<double>(static_cast<float>(0.05 + 0.01 * sum + 0.01 * random.normal())));
  }
  data.rows += rows;
}

Dataset draw_linear_synthetic(SplitMix64& random) {
  Dataset data;
  data.task = Task::kRegression;
  data.columns = kInputs;
  add_linear_rows(random, kTrainRows, data);
  add_linear_rows(random, kTestRows, data);
  data.own_test_rows = kTestRows;
  return data;
}

void add_point(Dataset& data, double x, double y, std::uint32_t label) {
  data.real_features.push_back(static_cast<float>(x));
  data.real_features.push_back(static_cast<float>(y));
  data.labels.push_back(label);
  ++data.rows;
}

// `outputs`: of 00, 01, 10, 11.
Dataset make_gate(const std::array<std::uint32_t, 4>& outputs) {
  Dataset data;
  data.task = Task::kBinary;
  data.classes = 2;
  data.columns = 2;
  data.own_validation_rows = outputs.size();
  data.own_test_rows = outputs.size();
  for (int part = 0; part < 3; ++part) {
    for (std::uint32_t row = 0; row < outputs.size(); ++row) {
      data.features.push_back(static_cast<std::uint8_t>(row / 2));
      data.features.push_back(static_cast<std::uint8_t>(row % 2));
      data.labels.push_back(outputs[row]);
      ++data.rows;
    }
  }
  return data;
}

}  // namespace

std::uint64_t SplitMix64::next() {
  state_ += 0x9E3779B97F4A7C15;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

double SplitMix64::uniform() {
  return static_cast<double>(next() >> 11) * 0x1p-53;
}

double SplitMix64::normal() {
  const double u = uniform();
  const double v = uniform();
  return std::sqrt(-2.0 * portable_log(1.0 - u)) * portable_sincos_turns(v).cos;
}

Dataset make_linear_synthetic() {
  SplitMix64 random(20);
  return draw_linear_synthetic(random);
}

std::vector<double> linear_synthetic_weights() {
  SplitMix64 random(20);
  draw_linear_synthetic(random);
  std::vector<double> weights(kInputs);
  for (double& weight : weights) {
    weight = random.normal();
  }
  return weights;
}

Dataset make_spiral() {
  constexpr std::uint32_t kArms = 3;
  constexpr int kPoints = 100;
  Dataset data;
  data.columns = 2;
  data.classes = kArms;
  SplitMix64 random(1);
  for (std::uint32_t arm = 0; arm < kArms; ++arm) {
    for (int i = 0; i < kPoints; ++i) {
      const double radius = static_cast<double>(i) / (kPoints - 1);
      const double angle = 4.0 * arm + 4.0 * radius + 0.2 * random.normal();
      const double turns = angle / (2.0 * std::numbers::pi);
      const SinCos direction = portable_sincos_turns(turns - std::floor(turns));
      add_point(data, radius * direction.sin, radius * direction.cos, arm);
    }
  }
  return data;
}

Dataset make_logistic() {
  Dataset data;
  data.task = Task::kBinary;
  data.columns = 2;
  data.classes = 2;
  SplitMix64 random(200);
  for (std::uint32_t row = 0; row < 200; ++row) {
    const std::uint32_t label = row % 2;
    const double centre = label == 1 ? 1.0 : -1.0;
    const double x = centre + random.normal();
    const double y = centre + random.normal();
    add_point(data, x, y, label);
  }
  return data;
}

Dataset make_and() {
  return make_gate({0, 0, 0, 1});
}

Dataset make_or() {
  return make_gate({0, 1, 1, 1});
}

Dataset make_nand() {
  return make_gate({1, 1, 1, 0});
}

Dataset make_xor() {
  return make_gate({0, 1, 1, 0});
}

}  // namespace hpsearch::nn

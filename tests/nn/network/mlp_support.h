// Random batches for a network and for the reference it is compared with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include "nn/network/mlp.h"
#include "tests/support/reference_net.h"

namespace hpsearch::nn {

using test::reference_pass;
using test::ReferenceBatch;
using test::ReferenceLayer;
using test::ReferenceNet;

// The same parameters in float64.
inline ReferenceNet to_reference(const Mlp& mlp) {
  ReferenceNet net;
  for (const LinearLayer& layer : mlp.layers()) {
    ReferenceLayer r{layer.in, layer.out, {}, {}};
    for (std::size_t i = 0; i < layer.in; ++i) {
      for (std::size_t j = 0; j < layer.out; ++j) {
        r.weights.push_back(static_cast<double>(layer.weights[i * padded(layer.out) + j]));
      }
    }
    for (std::size_t j = 0; j < layer.out; ++j) {
      r.bias.push_back(static_cast<double>(layer.bias[j]));
    }
    net.layers.push_back(std::move(r));
  }
  return net;
}

struct Example {
  ReferenceBatch batch;
  std::vector<std::uint32_t> labels;
};

inline Example random_batch(std::size_t rows,
                            std::size_t inputs,
                            std::size_t classes,
                            std::mt19937& random) {
  std::normal_distribution<float> normal;
  std::uniform_int_distribution<std::uint32_t> label(0, static_cast<std::uint32_t>(classes - 1));
  Example example;
  for (std::size_t i = 0; i < rows * inputs; ++i) {
    example.batch.x.push_back(static_cast<double>(normal(random)));
  }
  for (std::size_t r = 0; r < rows; ++r) {
    example.labels.push_back(label(random));
  }
  example.batch.labels = example.labels;
  return example;
}

// Writes the inputs to where the network reads them.
inline void load(Mlp& mlp, const Example& example, std::size_t inputs) {
  for (std::size_t r = 0; r < example.labels.size(); ++r) {
    for (std::size_t i = 0; i < inputs; ++i) {
      const auto x = static_cast<float>(example.batch.x[r * inputs + i]);
      const std::size_t at = r * mlp.input_stride() + i;
      if (mlp.rounded_inputs().empty()) {
        mlp.inputs()[at] = x;
      } else {
        mlp.rounded_inputs()[at] = round_bfloat16(x);
      }
    }
  }
}

}  // namespace hpsearch::nn

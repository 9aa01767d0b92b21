// A multilayer perceptron in float64 and plain loops: the specification that the fast one is held
// to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace hpsearch::test {

enum class ReferenceActivation { kRelu, kTanh };

// y = x W + b; weights [in][out] without padding.
struct ReferenceLayer {
  std::size_t in = 0;
  std::size_t out = 0;
  std::vector<double> weights;
  std::vector<double> bias;
};

struct ReferenceNet {
  std::vector<ReferenceLayer> layers;
  ReferenceActivation activation = ReferenceActivation::kRelu;
};

struct ReferenceBatch {
  std::vector<double> x;  // (rows, inputs)
  std::vector<std::uint32_t> labels;
  // For each hidden layer the factor of each unit, (rows, width): 0 dropped, 1 / (1 - p) kept.
  // Empty: no dropout.
  std::vector<std::vector<double>> masks;
};

struct ReferenceResult {
  double loss = 0.0;     // mean cross-entropy, without the penalty
  double penalty = 0.0;  // l2 / 2 * sum w^2
  std::size_t correct = 0;
  ReferenceNet gradient;  // of loss + penalty
};

// Forward and backward pass. L2 acts on weights only.
ReferenceResult reference_pass(const ReferenceNet& net,
                               const ReferenceBatch& batch,
                               double l2 = 0.0);

}  // namespace hpsearch::test

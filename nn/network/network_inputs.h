// What the first layer of a network reads of the numbers that come in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace hpsearch::nn {

// One numeric input with its edges: ascending, different, at least two.
struct BinnedInput {
  std::uint32_t input = 0;
  std::vector<float> edges;
};

// The numbers that a periodic embedding makes of one (periodic_embedding.h).
inline constexpr std::size_t kWaves = 3;

// The rows of the first layer's weights, in this order: one for each number that comes in; kWaves
// for each of `waved`; one for each bin, in the order of `binned`.
struct NetworkInputs {
  NetworkInputs(std::size_t count) : numbers(count) {}  // NOLINT(google-explicit-constructor)

  std::size_t numbers;
  std::vector<std::uint32_t> waved = {};  // numbers with a periodic embedding
  std::vector<BinnedInput> binned = {};   // numbers that are also read in bins

  std::size_t waves() const { return waved.size() * kWaves; }
  std::size_t bins() const {
    std::size_t sum = 0;
    for (const BinnedInput& input : binned) {
      sum += input.edges.size() - 1;
    }
    return sum;
  }
  // Those that a matrix product reads: all but the bins.
  std::size_t multiplied() const { return numbers + waves(); }
  std::size_t all() const { return multiplied() + bins(); }
};

}  // namespace hpsearch::nn

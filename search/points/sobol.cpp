#include "search/points/sobol.h"

#include <boost/random/sobol.hpp>

#include "nn/base/random.h"

namespace hpsearch::search {
namespace {

constexpr unsigned kBits = 32;

// Owen's scrambling as a hash: bit b is flipped by one random bit of Philox, keyed by the dimension
// and counted by (the bits above b, b). No tree of permutations needs to be stored.
std::uint32_t scramble(std::uint32_t x, std::uint64_t key) {
  const nn::PhiloxKey philox_key{static_cast<std::uint32_t>(key),
                                 static_cast<std::uint32_t>(key >> 32)};
  std::uint32_t flips = 0;
  for (std::uint32_t bit = 0; bit < kBits; ++bit) {
    const std::uint32_t above = bit == 0 ? 0 : x >> (kBits - bit);
    const std::uint32_t flip = nn::philox4x32({above, bit, 0, 0}, philox_key)[0] & 1U;
    flips |= flip << (kBits - 1 - bit);
  }
  return x ^ flips;
}

}  // namespace

struct ScrambledSobol::Engine {
  explicit Engine(std::size_t dimensions) : sobol(dimensions) {}
  boost::random::sobol_engine<std::uint32_t, kBits, boost::random::default_sobol_table> sobol;
};

ScrambledSobol::ScrambledSobol(std::size_t dimensions, std::uint64_t seed, std::uint32_t sequence)
    : engine_(std::make_unique<Engine>(dimensions)) {
  for (std::uint32_t dimension = 0; dimension < dimensions; ++dimension) {
    keys_.push_back(nn::Stream(seed, nn::Purpose::kScramble, sequence, dimension).next_u64());
  }
}

ScrambledSobol::~ScrambledSobol() = default;

std::vector<double> ScrambledSobol::point(std::uint32_t index) {
  if (index > 0) {  // Boost omits the sequence's first point, the origin
    engine_->sobol.seed(index - 1);
  }
  std::vector<double> point;
  point.reserve(keys_.size());
  for (const std::uint64_t key : keys_) {
    const std::uint32_t x = index > 0 ? engine_->sobol() : 0;
    point.push_back(static_cast<double>(scramble(x, key)) * 0x1p-32);
  }
  return point;
}

}  // namespace hpsearch::search

// Sobol points, scrambled: more even than random points, yet free of the pattern's bias.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace hpsearch::search {

// The points of a Sobol sequence (Joe and Kuo 2008, direction numbers from Boost) under nested
// uniform scrambling (Owen 1995): every bit of a coordinate is flipped or not by a random function
// of the bits above it. Each point is uniform on [0, 1)^d, and any aligned 2^m of them fall one
// into each of the 2^m equal intervals of every axis. A pure function of (seed, sequence, index),
// the same on every machine.
class ScrambledSobol {
 public:
  static constexpr std::size_t kMaxDimensions = 3667;

  // `sequence` tells sequences of one seed apart. Requires 1 to kMaxDimensions dimensions.
  ScrambledSobol(std::size_t dimensions, std::uint64_t seed, std::uint32_t sequence);
  ~ScrambledSobol();

  // Point `index`, below 2^32 - 1, from the sequence's own first point, 0, on.
  std::vector<double> point(std::uint32_t index);

 private:
  struct Engine;  // keeps Boost out of this header
  std::unique_ptr<Engine> engine_;
  std::vector<std::uint64_t> keys_;  // of each dimension's scrambling
};

}  // namespace hpsearch::search

// Scrambled Sobol points: more evenly spread than random points, without the bias of a fixed
// pattern.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace hpsearch::search {

// A Sobol sequence (Joe and Kuo 2008; direction numbers from Boost) under nested uniform scrambling
// (Owen 1995): each bit of a coordinate is flipped or not by a random function of the bits above
// it. Every point is uniform on [0, 1)^d, and of any aligned block of 2^m points exactly one falls
// into each of the 2^m equal intervals of every axis. A pure function of (seed, sequence, index),
// identical on every machine. point() moves an internal cursor, so use one object per thread.
class ScrambledSobol {
 public:
  static constexpr std::size_t kMaxDimensions = 3667;

  // `sequence` distinguishes sequences with the same seed. Requires 1 to kMaxDimensions dimensions.
  ScrambledSobol(std::size_t dimensions, std::uint64_t seed, std::uint32_t sequence);
  ~ScrambledSobol();

  // Point `index`, counted from 0 and below 2^32 - 1: `dimensions` coordinates in [0, 1).
  std::vector<double> point(std::uint32_t index);

 private:
  struct Engine;  // keeps Boost out of this header
  std::unique_ptr<Engine> engine_;
  std::vector<std::uint64_t> keys_;  // scrambling key per dimension
};

}  // namespace hpsearch::search

// Generates 128 random 16-bit words at a time: sixteen Philox blocks of fill_u16 (random.h) side by
// side, so that word j of all blocks fills one vector register.
#pragma once

#include <cstddef>
#include <cstdint>

#include "nn/base/aligned.h"
#include "nn/base/random.h"

namespace hpsearch::nn {

// Call fill() inside vectorised() (vector_unit.h) to compile it for the CPU's vectors.
struct PhiloxTile {
  static constexpr std::size_t kSize = kLanes * 8;
  alignas(64) std::uint16_t words[kSize];

  // Sets `words` to tile `number` (from 0) of the stream: words [128 number, 128 (number + 1)) of
  // fill_u16's output for the same key, purpose and position.
  void fill(PhiloxKey key,
            std::uint32_t purpose,
            std::uint32_t high,
            std::uint32_t low,
            std::uint32_t number) {
    alignas(64) std::uint32_t c[4][kLanes];  // [counter word][block]
    for (std::uint32_t i = 0; i < kLanes; ++i) {
      c[0][i] = number * static_cast<std::uint32_t>(kLanes) + i;
      c[1][i] = low;
      c[2][i] = high;
      c[3][i] = purpose;
    }
    // philox4x32() of random.cpp, with the lanes as the inner loop of each round.
    for (int round = 0; round < kPhiloxRounds; ++round) {
      for (std::size_t i = 0; i < kLanes; ++i) {
        const std::uint64_t p0 = std::uint64_t{kPhiloxMultiplier[0]} * c[0][i];
        const std::uint64_t p1 = std::uint64_t{kPhiloxMultiplier[1]} * c[2][i];
        c[0][i] = static_cast<std::uint32_t>(p1 >> 32) ^ c[1][i] ^ key[0];
        c[1][i] = static_cast<std::uint32_t>(p1);
        c[2][i] = static_cast<std::uint32_t>(p0 >> 32) ^ c[3][i] ^ key[1];
        c[3][i] = static_cast<std::uint32_t>(p0);
      }
      key[0] += kPhiloxWeyl[0];
      key[1] += kPhiloxWeyl[1];
    }
    // Low halves of one word of all blocks, then its high halves: both are contiguous stores, which
    // an order block by block would not be.
    for (std::size_t j = 0; j < 4; ++j) {
      for (std::size_t i = 0; i < kLanes; ++i) {
        words[2 * kLanes * j + i] = static_cast<std::uint16_t>(c[j][i]);
        words[2 * kLanes * j + kLanes + i] = static_cast<std::uint16_t>(c[j][i] >> 16);
      }
    }
  }
};

}  // namespace hpsearch::nn

// Random numbers that are a pure function of (seed, purpose, position).
//
// One generator: Philox4x32 with 10 rounds (Salmon et al. 2011, "Parallel random numbers: as easy
// as 1, 2, 3"), bit for bit Random123's. It has no state to store: a trial that starts again, on
// any thread, in any order, draws the same numbers. Numbers are the same on every machine: integers
// are exact, and the distributions use portable_math.
//
// The mapping from (seed, purpose, position) to numbers is part of what a sweep's results mean.
// Never change it; tests/nn/random_test.cpp holds its bits.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace hpsearch::nn {

using PhiloxCounter = std::array<std::uint32_t, 4>;
using PhiloxKey = std::array<std::uint32_t, 2>;

inline constexpr std::uint32_t kPhiloxMultiplier[2] = {0xD2511F53, 0xCD9E8D57};
inline constexpr std::uint32_t kPhiloxWeyl[2] = {0x9E3779B9, 0xBB67AE85};
inline constexpr int kPhiloxRounds = 10;

// The key of the streams of a seed.
constexpr PhiloxKey philox_key(std::uint64_t seed) {
  return {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)};
}

// One block of the generator: 128 random bits for a counter and a key.
PhiloxCounter philox4x32(PhiloxCounter counter, PhiloxKey key);

// What a stream is drawn for. Streams of different purposes are independent.
// The numbers are part of the format: append, never renumber.
enum class Purpose : std::uint32_t {
  kTrialSeed = 1,   // position: trial number
  kSplit = 2,       // position: class, step of the split
  kSample = 3,      // position: hash of the parameter's name
  kInitialise = 4,  // position: layer
  kShuffle = 5,     // position: epoch
  kDropout = 6,     // position: layer, update step
  kScramble = 7,    // position: stage of the search, dimension
  kPretrain = 8,    // position: 4 layer + what is drawn (PretrainDraw), epoch or update
  kSuggest = 9,     // position: how often it was drawn before, index of the stream
  kResample = 32,   // position: what a report resamples for, number of the resample
};

// A sequence of random numbers. Copyable; not thread-safe; cheap to make.
class Stream {
 public:
  // Position: (high, low), whatever the purpose defines. A stream holds 2^34 32-bit numbers.
  Stream(std::uint64_t seed, Purpose purpose, std::uint32_t high = 0, std::uint32_t low = 0);

  std::uint32_t next_u32();
  std::uint64_t next_u64();

  // Uniform on [0, 1): a multiple of 2^-53.
  double uniform();

  // Uniform on {0, ..., bound - 1} without bias (Lemire 2019, with rejection). Requires bound > 0.
  std::uint64_t below(std::uint64_t bound);

  // Standard normal (Box and Muller 1958); draws in pairs and keeps the second.
  double normal();

 private:
  PhiloxCounter counter_;
  PhiloxKey key_;
  PhiloxCounter block_{};
  int used_ = 4;  // words of block_ that have been given out
  double spare_normal_ = 0.0;
  bool has_spare_normal_ = false;
};

// Puts `items` into a uniformly random order (Fisher and Yates).
void shuffle(std::span<std::uint32_t> items, Stream& stream);

// The 16-bit words behind dropout masks: out[e] for e = 0 ... n-1 is a pure function of (seed,
// purpose, position, e). Laid out for vector units: within each tile of 128 elements, element
// 32 j + 16 h + i is half h (0: low) of word j of block 16 * tile + i.
void fill_u16(std::uint64_t seed,
              Purpose purpose,
              std::uint32_t high,
              std::uint32_t low,
              std::span<std::uint16_t> out);

// The seed of trial `number` (from 0) of a sweep: uniform on [0, 2^53), so that it is exact in
// JSON, in SQLite and in a script's double.
std::uint64_t trial_seed(std::uint64_t sweep_seed, std::uint64_t number);

// FNV-1a, 64 bits: a stable hash of a name.
std::uint64_t hash_name(std::string_view name);

}  // namespace hpsearch::nn

// Random numbers as a pure function of (seed, purpose, position).
//
// The generator is Philox4x32 with 10 rounds (Salmon et al. 2011, "Parallel random numbers: as easy
// as 1, 2, 3"), bit for bit Random123's. It is counter-based and needs no stored state: a trial
// that restarts draws the same numbers, on any thread and in any order. The numbers are the same on
// every machine, since integers are exact and the distributions use portable_math.
//
// The mapping from (seed, purpose, position) to numbers defines what a sweep's results mean. Never
// change it; tests/nn/base/random_test.cpp pins its bits.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace hpsearch::nn {

using PhiloxCounter = std::array<std::uint32_t, 4>;
using PhiloxKey = std::array<std::uint32_t, 2>;

// The constants of Philox4x32: round multipliers, and the Weyl increments of the key.
inline constexpr std::uint32_t kPhiloxMultiplier[2] = {0xD2511F53, 0xCD9E8D57};
inline constexpr std::uint32_t kPhiloxWeyl[2] = {0x9E3779B9, 0xBB67AE85};
inline constexpr int kPhiloxRounds = 10;

// The key that all streams of a seed share.
constexpr PhiloxKey philox_key(std::uint64_t seed) {
  return {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)};
}

// One block of the generator: 128 random bits for this counter and key.
PhiloxCounter philox4x32(PhiloxCounter counter, PhiloxKey key);

// What a stream is used for. Streams of different purposes are independent. Comments name the
// position, (high, low). The numbers are part of the format: append, never renumber.
enum class Purpose : std::uint32_t {
  kTrialSeed = 1,   // trial number
  kSplit = 2,       // class, step of the split
  kSample = 3,      // hash of the parameter's name
  kInitialise = 4,  // 0, layer; 1, 0 for embeddings
  kShuffle = 5,     // epoch
  kDropout = 6,     // layer, update step
  kScramble = 7,    // stage of the search, dimension
  kPretrain = 8,    // 4 layer + PretrainDraw, epoch or update
  kSuggest = 9,     // number of earlier draws, index of the stream
  kResample = 32,   // purpose of a report's resampling, number of the resample
};

// A sequence of random numbers. Copyable, cheap to create, not thread-safe.
class Stream {
 public:
  // (high, low) is the position that the purpose defines. A stream holds 2^34 32-bit numbers, then
  // repeats.
  Stream(std::uint64_t seed, Purpose purpose, std::uint32_t high = 0, std::uint32_t low = 0);

  std::uint32_t next_u32();
  std::uint64_t next_u64();

  // Uniform on [0, 1), a multiple of 2^-53.
  double uniform();

  // Uniform on {0, ..., bound - 1}, unbiased (Lemire 2019). Requires bound > 0.
  std::uint64_t below(std::uint64_t bound);

  // Standard normal (Box and Muller 1958). Computes pairs; every second call returns the spare.
  double normal();

 private:
  PhiloxCounter counter_;
  PhiloxKey key_;
  PhiloxCounter block_{};
  int used_ = 4;  // words of block_ already returned; 4 asks for a new block
  double spare_normal_ = 0.0;
  bool has_spare_normal_ = false;
};

// Permutes `items` uniformly at random (Fisher and Yates).
void shuffle(std::span<std::uint32_t> items, Stream& stream);

// Fills `out` with the 16-bit words that dropout masks are made of. out[e] is a pure function of
// (seed, purpose, position, e). The order suits vector units: within each tile of 128 elements,
// element 32 j + 16 h + i is half h (0 is the low one) of word j of block 16 tile + i.
void fill_u16(std::uint64_t seed,
              Purpose purpose,
              std::uint32_t high,
              std::uint32_t low,
              std::span<std::uint16_t> out);

// The seed of trial `number` (from 0) of a sweep, uniform on [0, 2^53): exact in JSON, in SQLite
// and in a script's double.
std::uint64_t trial_seed(std::uint64_t sweep_seed, std::uint64_t number);

// 64-bit FNV-1a: a hash of a name that never changes between versions or machines.
std::uint64_t hash_name(std::string_view name);

}  // namespace hpsearch::nn

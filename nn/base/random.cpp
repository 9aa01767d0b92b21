#include "nn/base/random.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "nn/base/philox_tile.h"
#include "nn/base/portable_math.h"
#include "nn/base/vector_unit.h"

namespace hpsearch::nn {

// One round multiplies words 0 and 2 to 64 bits. The high halves, XORed with the other words and
// the key, trade places with the low halves; the key then advances by its Weyl increments.
PhiloxCounter philox4x32(PhiloxCounter c, PhiloxKey key) {
  for (int round = 0; round < kPhiloxRounds; ++round) {
    const std::uint64_t p0 = std::uint64_t{kPhiloxMultiplier[0]} * c[0];
    const std::uint64_t p1 = std::uint64_t{kPhiloxMultiplier[1]} * c[2];
    c = {static_cast<std::uint32_t>(p1 >> 32) ^ c[1] ^ key[0], static_cast<std::uint32_t>(p1),
         static_cast<std::uint32_t>(p0 >> 32) ^ c[3] ^ key[1], static_cast<std::uint32_t>(p0)};
    key[0] += kPhiloxWeyl[0];
    key[1] += kPhiloxWeyl[1];
  }
  return c;
}

Stream::Stream(std::uint64_t seed, Purpose purpose, std::uint32_t high, std::uint32_t low)
    // Word 0 counts the blocks of this stream; the rest tells streams of one seed apart.
    : counter_{0, low, high, static_cast<std::uint32_t>(purpose)}, key_(philox_key(seed)) {}

std::uint32_t Stream::next_u32() {
  if (used_ == 4) {
    block_ = philox4x32(counter_, key_);
    ++counter_[0];
    used_ = 0;
  }
  return block_[static_cast<std::size_t>(used_++)];
}

std::uint64_t Stream::next_u64() {
  // Two statements: the order of evaluation within one expression is unspecified.
  const std::uint64_t low = next_u32();
  const std::uint64_t high = next_u32();
  return high << 32 | low;
}

double Stream::uniform() {
  // The top 53 bits, as many as a double's significand holds: the conversion is exact.
  return static_cast<double>(next_u64() >> 11) * 0x1p-53;
}

std::uint64_t Stream::below(std::uint64_t bound) {
  // Lemire 2019, algorithm 5. The high half of the 64 x 64 bit product is the result; it is uniform
  // once products with a low half under 2^64 mod bound are rejected. The first comparison is a
  // cheap upper bound that avoids the division almost always.
  __extension__ using Wide = unsigned __int128;
  Wide product = Wide{next_u64()} * bound;
  if (static_cast<std::uint64_t>(product) < bound) {
    const std::uint64_t threshold = (0 - bound) % bound;
    while (static_cast<std::uint64_t>(product) < threshold) {
      product = Wide{next_u64()} * bound;
    }
  }
  return static_cast<std::uint64_t>(product >> 64);
}

double Stream::normal() {
  if (std::exchange(has_spare_normal_, false)) {
    return spare_normal_;
  }
  const double u = 1.0 - uniform();  // (0, 1]: the logarithm below stays finite
  // Sine and cosine of one uniform angle give two independent normals.
  const double radius = std::sqrt(-2.0 * portable_log(u));
  const SinCos angle = portable_sincos_turns(uniform());
  spare_normal_ = radius * angle.sin;
  has_spare_normal_ = true;
  return radius * angle.cos;
}

void shuffle(std::span<std::uint32_t> items, Stream& stream) {
  for (std::size_t i = items.size(); i > 1; --i) {
    std::swap(items[i - 1], items[stream.below(i)]);
  }
}

void fill_u16(std::uint64_t seed,
              Purpose purpose,
              std::uint32_t high,
              std::uint32_t low,
              std::span<std::uint16_t> out) {
  vectorised([=] {
    const PhiloxKey key = philox_key(seed);
    PhiloxTile tile;
    std::uint32_t number = 0;
    for (std::size_t start = 0; start < out.size(); start += PhiloxTile::kSize, ++number) {
      tile.fill(key, static_cast<std::uint32_t>(purpose), high, low, number);
      const std::size_t n = std::min(PhiloxTile::kSize, out.size() - start);
      std::copy_n(tile.words, n, out.data() + start);
    }
  });
}

std::uint64_t trial_seed(std::uint64_t sweep_seed, std::uint64_t number) {
  Stream stream(sweep_seed, Purpose::kTrialSeed, static_cast<std::uint32_t>(number >> 32),
                static_cast<std::uint32_t>(number));
  return stream.next_u64() >> 11;
}

std::uint64_t hash_name(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;  // FNV offset basis; the factor is the FNV prime
  for (const char c : name) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  }
  return hash;
}

}  // namespace hpsearch::nn

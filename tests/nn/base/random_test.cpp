#include "nn/base/random.h"

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <numeric>
#include <set>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "nn/base/sha256.h"

namespace hpsearch::nn {
namespace {

// Known answers published with Random123 (kat_vectors, philox4x32 with 10 rounds).
TEST(Philox, EqualsRandom123) {
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}),
            (PhiloxCounter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox4x32({~0U, ~0U, ~0U, ~0U}, {~0U, ~0U}),
            (PhiloxCounter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (PhiloxCounter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Stream, WalksTheBlocksOfItsPosition) {
  Stream stream(0x0123456789abcdef, Purpose::kShuffle, 7, 9);
  for (std::uint32_t block = 0; block < 3; ++block) {
    const PhiloxCounter expected = philox4x32(
        {block, 9, 7, static_cast<std::uint32_t>(Purpose::kShuffle)}, {0x89abcdef, 0x01234567});
    for (const std::uint32_t word : expected) {
      EXPECT_EQ(stream.next_u32(), word);
    }
  }
}

TEST(Stream, DiffersBySeedPurposeAndPosition) {
  std::set<std::uint64_t> first;
  for (const std::uint64_t seed : {0ULL, 1ULL, 1ULL << 32}) {
    for (const Purpose purpose : {Purpose::kSplit, Purpose::kDropout}) {
      for (const std::uint32_t high : {0U, 1U}) {
        for (const std::uint32_t low : {0U, 1U}) {
          first.insert(Stream(seed, purpose, high, low).next_u64());
        }
      }
    }
  }
  EXPECT_EQ(first.size(), 24U);
}

TEST(Stream, IsUniformBelowABound) {
  Stream stream(1, Purpose::kSample);
  constexpr int kDraws = 70'000;
  std::array<int, 7> counts{};
  for (int i = 0; i < kDraws; ++i) {
    ++counts[stream.below(7)];
  }
  const double expected = kDraws / 7.0;
  for (const int count : counts) {
    EXPECT_NEAR(count, expected, 5.0 * std::sqrt(expected));
  }
  EXPECT_EQ(stream.below(1), 0U);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_LT(stream.below(0x8000'0000'0000'0001ULL), 0x8000'0000'0000'0001ULL);
  }
}

TEST(Stream, DrawsStandardNormals) {
  Stream stream(2, Purpose::kInitialise);
  constexpr int kDraws = 200'000;
  std::array<double, 5> moments{};
  int within_one = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double x = stream.normal();
    for (std::size_t power = 1; power < moments.size(); ++power) {
      moments[power] += std::pow(x, static_cast<double>(power)) / kDraws;
    }
    within_one += std::abs(x) < 1.0 ? 1 : 0;
  }
  // Five standard errors: the variances of x, x^2, x^3, x^4 are 1, 2, 15, 96.
  const double error = 5.0 / std::sqrt(kDraws);
  EXPECT_NEAR(moments[1], 0.0, error);
  EXPECT_NEAR(moments[2], 1.0, error * std::sqrt(2.0));
  EXPECT_NEAR(moments[3], 0.0, error * std::sqrt(15.0));
  EXPECT_NEAR(moments[4], 3.0, error * std::sqrt(96.0));
  EXPECT_NEAR(within_one / static_cast<double>(kDraws), std::erf(std::sqrt(0.5)), error);
}

TEST(Shuffle, GivesEveryOrderItsShare) {
  std::map<std::vector<std::uint32_t>, int> counts;
  constexpr int kDraws = 24'000;
  for (std::uint32_t i = 0; i < kDraws; ++i) {
    std::vector<std::uint32_t> items{0, 1, 2, 3};
    Stream stream(3, Purpose::kShuffle, 0, i);
    shuffle(items, stream);
    ++counts[items];
  }
  EXPECT_EQ(counts.size(), 24U);
  for (const auto& [order, count] : counts) {
    EXPECT_NEAR(count, kDraws / 24.0, 5.0 * std::sqrt(kDraws / 24.0));
  }
}

// The layout straight from its definition, one element at a time.
TEST(FillU16, TakesEachElementFromItsBlockWordAndHalf) {
  for (const std::size_t size : {1U, 16U, 31U, 128U, 129U, 1000U}) {
    std::vector<std::uint16_t> bits(size);
    fill_u16(5, Purpose::kDropout, 2, 77, bits);
    for (std::size_t e = 0; e < size; ++e) {
      const auto tile = static_cast<std::uint32_t>(e / 128);
      const std::size_t j = e % 128 / 32;
      const std::size_t half = e % 32 / 16;
      const auto lane = static_cast<std::uint32_t>(e % 16);
      const PhiloxCounter block = philox4x32(
          {16 * tile + lane, 77, 2, static_cast<std::uint32_t>(Purpose::kDropout)}, {5, 0});
      EXPECT_EQ(bits[e], static_cast<std::uint16_t>(block[j] >> (16 * half))) << "element " << e;
    }
  }
}

TEST(TrialSeed, IsExactInADoubleAndNeverRepeats) {
  std::set<std::uint64_t> seeds;
  for (std::uint64_t number = 0; number < 10'000; ++number) {
    const std::uint64_t seed = trial_seed(1, number);
    EXPECT_LT(seed, 1ULL << 53);
    seeds.insert(seed);
  }
  EXPECT_EQ(seeds.size(), 10'000U);
}

TEST(HashName, IsFnv1a) {
  EXPECT_EQ(hash_name(""), 0xcbf29ce484222325ULL);
  EXPECT_EQ(hash_name("foobar"), 0x85944171f73967e8ULL);  // published test vector
}

// Pins the bits of all distributions in one number: results from years ago must stay reproducible.
std::string hash_of_all_bits() {
  Sha256 hash;
  auto add = [&](double x) { hash.update(fmt::format("{:a}\n", x)); };
  for (std::uint32_t position = 0; position < 20; ++position) {
    Stream stream(12345, Purpose::kSample, position, ~position);
    for (int i = 0; i < 1000; ++i) {
      add(stream.uniform());
      add(stream.normal());
      add(static_cast<double>(stream.below(1000)));
    }
  }
  std::vector<std::uint32_t> order(1000);
  std::iota(order.begin(), order.end(), 0U);
  Stream stream(1, Purpose::kShuffle, 0, 1);
  shuffle(order, stream);
  for (const std::uint32_t i : order) {
    add(i);
  }
  for (std::uint64_t number = 0; number < 100; ++number) {
    add(static_cast<double>(trial_seed(42, number)));
  }
  return hash.hex().substr(0, 16);
}

// Python's math.log and math.cos confirm the two single numbers.
TEST(RandomBits, AreFixedForGood) {
  EXPECT_EQ(hash_of_all_bits(), "de5c1161ed3d99df");
  Stream stream(1, Purpose::kInitialise, 0, 0);
  EXPECT_EQ(fmt::format("{:a}", stream.uniform()), "0x1.f5259d729fa5cp-1");
  EXPECT_EQ(fmt::format("{:a}", stream.normal()), "-0x1.29c387bc1b45fp+1");
}

// On a CPU without FMA and AVX2, glibc selects versions of exp, log, sin and cos whose last bits
// differ. Nothing here may depend on them.
TEST(RandomBits, AreTheSameWithoutFmaAndAvx2) {
  const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
  const std::string command =
      "GLIBC_TUNABLES=glibc.cpu.hwcaps=-FMA,-AVX2,-AVX2_Usable,-FMA_Usable '" + self +
      "' --gtest_filter=RandomBits.AreFixedForGood >/dev/null";
  EXPECT_EQ(std::system(command.c_str()), 0);
}

}  // namespace
}  // namespace hpsearch::nn

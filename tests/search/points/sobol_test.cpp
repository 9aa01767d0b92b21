#include "search/points/sobol.h"

#include <cmath>
#include <set>

#include <boost/random/sobol.hpp>
#include <gtest/gtest.h>

#include "tests/search/statistics.h"

namespace hpsearch::search {
namespace {

TEST(ScrambledSobol, PutsOnePointIntoEachIntervalOfEveryAxis) {
  constexpr std::size_t kDimensions = 20;
  ScrambledSobol sobol(kDimensions, 7, 0);
  for (const std::uint32_t first : {0U, 64U, 640U}) {
    std::vector<std::set<int>> intervals(kDimensions);
    for (std::uint32_t i = first; i < first + 64; ++i) {
      const auto point = sobol.point(i);
      for (std::size_t d = 0; d < kDimensions; ++d) {
        ASSERT_GE(point[d], 0.0);
        ASSERT_LT(point[d], 1.0);
        intervals[d].insert(static_cast<int>(point[d] * 64.0));
      }
    }
    for (const auto& axis : intervals) {
      EXPECT_EQ(axis.size(), 64U);
    }
  }
}

// The first two dimensions of a Sobol sequence form a (0, 2)-sequence, and scrambling preserves
// that.
TEST(ScrambledSobol, PutsOnePointIntoEveryElementaryRectangle) {
  ScrambledSobol sobol(2, 3, 1);
  for (int split = 0; split <= 6; ++split) {
    std::set<std::pair<int, int>> cells;
    for (std::uint32_t i = 0; i < 64; ++i) {
      const auto p = sobol.point(i);
      cells.insert({static_cast<int>(std::ldexp(p[0], split)),
                    static_cast<int>(std::ldexp(p[1], 6 - split))});
    }
    EXPECT_EQ(cells.size(), 64U) << split;
  }
}

// Nested uniform scrambling preserves exactly how many leading bits two coordinates share.
TEST(ScrambledSobol, KeepsTheCommonLeadingBitsOfTheSequence) {
  constexpr std::size_t kDimensions = 5;
  boost::random::sobol_engine<std::uint32_t, 32, boost::random::default_sobol_table> plain(
      kDimensions);
  std::vector<std::vector<std::uint32_t>> before;
  std::vector<std::vector<std::uint32_t>> after;
  ScrambledSobol sobol(kDimensions, 11, 2);
  for (std::uint32_t i = 1; i < 40; ++i) {
    std::vector<std::uint32_t> point(kDimensions);
    for (auto& x : point) {
      x = plain();
    }
    before.push_back(point);
    const auto scrambled = sobol.point(i);
    for (std::size_t d = 0; d < kDimensions; ++d) {
      point[d] = static_cast<std::uint32_t>(std::ldexp(scrambled[d], 32));
    }
    after.push_back(point);
  }
  for (std::size_t a = 0; a < before.size(); ++a) {
    for (std::size_t b = a + 1; b < before.size(); ++b) {
      for (std::size_t d = 0; d < kDimensions; ++d) {
        EXPECT_EQ(__builtin_clz(before[a][d] ^ before[b][d]),
                  __builtin_clz(after[a][d] ^ after[b][d]));
      }
    }
  }
}

TEST(ScrambledSobol, IsUniformForEachPointOverTheSeeds) {
  constexpr std::size_t kSeeds = 8000;
  std::vector<std::size_t> cells(8);
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    ++cells.at(static_cast<std::size_t>(ScrambledSobol(3, seed, 0).point(5)[2] * 8.0));
  }
  for (const std::size_t cell : cells) {
    expect_share(cell, kSeeds, 1.0 / 8.0);
  }
}

TEST(ScrambledSobol, IsAFunctionOfSeedSequenceAndIndexAlone) {
  ScrambledSobol sobol(3, 5, 1);
  const auto tenth = sobol.point(10);
  sobol.point(0);
  sobol.point(99);
  EXPECT_EQ(sobol.point(10), tenth);
  EXPECT_EQ(sobol.point(10), tenth);
  EXPECT_EQ(ScrambledSobol(3, 5, 1).point(10), tenth);
  EXPECT_NE(ScrambledSobol(3, 6, 1).point(10), tenth);
  EXPECT_NE(ScrambledSobol(3, 5, 2).point(10), tenth);
  EXPECT_EQ(ScrambledSobol(ScrambledSobol::kMaxDimensions, 1, 0).point(7).size(), 3667U);
}

// The points are part of what a seed means: sweeps on users' disks continue with them.
TEST(ScrambledSobol, GivesTheSamePointsForEver) {
  const auto point = ScrambledSobol(2, 1, 0).point(3);
  EXPECT_EQ(point[0], 0x1.b68d63d8p-2);
  EXPECT_EQ(point[1], 0x1.2ac605bp-4);
}

}  // namespace
}  // namespace hpsearch::search

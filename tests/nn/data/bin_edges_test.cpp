#include "nn/data/bin_edges.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fixture.h"

namespace hpsearch::nn {
namespace {

using testing::ElementsAre;

TEST(BinEdges, AreThoseOfNumPy) {
  for (const auto& c : test::read_fixture("bin_edges.json")["cases"]) {
    const auto found =
        bin_edges(c["values"].get<std::vector<float>>(), c["bins"].get<std::size_t>());
    EXPECT_EQ(found, c["edges"].get<std::vector<float>>()) << c["name"];
  }
}

TEST(BinEdges, AreAllDistinctValuesWhereTheseAreFew) {
  EXPECT_THAT(bin_edges({3, 1, 2, 2, 1, 3, 1}, 2), ElementsAre(1, 2, 3));
  EXPECT_THAT(bin_edges({0, 1}, 8), ElementsAre(0, 1));
  EXPECT_THAT(bin_edges({4, 4, 4}, 8), ElementsAre(4));
}

// The quantiles 0, 1/3, 2/3 and 1 are 0, 0, 1 and 4: two more are those of the distinct values 0 to
// 4 at 1/3 and 2/3.
TEST(BinEdges, OfTiesAreFilledUpFromTheDistinctValues) {
  EXPECT_THAT(bin_edges({0, 0, 0, 0, 0, 0, 1, 2, 3, 4}, 3), ElementsAre(0, 1, 2, 4));
}

}  // namespace
}  // namespace hpsearch::nn

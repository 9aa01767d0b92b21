// Against diff -u itself, on texts drawn at random.
#include "runner/console/unified_diff.h"

#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/base/random.h"
#include "tests/support/temp_folder.h"

namespace hpsearch::runner {
namespace {

TEST(UnifiedDiff, ShowsWhatDiffersAmongThreeLinesOfContext) {
  EXPECT_EQ(unified_diff("a\nb\nc\nd\ne\nf\ng\nh\n", "a\nb\nc\nd\nE\nf\ng\nh\ni\n", "old", "new"),
            "--- old\n+++ new\n@@ -2,7 +2,8 @@\n b\n c\n d\n-e\n+E\n f\n g\n h\n+i\n");
}

TEST(UnifiedDiff, IsEmptyForEqualTexts) {
  EXPECT_EQ(unified_diff("", "", "a", "b"), "");
  EXPECT_EQ(unified_diff("x: 1\n", "x: 1\n", "a", "b"), "");
  EXPECT_EQ(unified_diff("x: 1", "x: 1\n", "a", "b"), "");
}

TEST(UnifiedDiff, NamesTheLineBeforeAnEmptyRange) {
  EXPECT_EQ(unified_diff("", "x\n", "a", "b"), "--- a\n+++ b\n@@ -0,0 +1 @@\n+x\n");
  EXPECT_EQ(unified_diff("x\n", "", "a", "b"), "--- a\n+++ b\n@@ -1 +0,0 @@\n-x\n");
}

class Patched : public testing::Test {
 protected:
  // Some lines of few kinds, so that many repeat.
  static std::string draw(nn::Stream& random) {
    std::string text;
    for (auto lines = random.below(30); lines > 0; --lines) {
      text += static_cast<char>('a' + static_cast<int>(random.below(5)));
      text += '\n';
    }
    return text;
  }
  std::string read(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  test::TempFolder folder;
};

// patch(1) understands it, and it is as short as that of diff(1) where that looks as hard (-d).
TEST_F(Patched, TurnsOneTextIntoTheOther) {
  if (std::system("patch --version > /dev/null 2>&1") != 0) {
    GTEST_SKIP() << "patch is not installed";
  }
  nn::Stream random(7, nn::Purpose::kSplit);
  for (int i = 0; i < 60; ++i) {
    const std::string before = draw(random);
    const std::string after = draw(random);
    const std::string difference = unified_diff(before, after, "text", "text");
    folder.write("text", before);
    folder.write("after", after);
    folder.write("difference", difference);
    if (difference.empty()) {
      EXPECT_EQ(before, after);
      continue;
    }
    const std::string in = "cd '" + folder.path().string() + "' && ";
    ASSERT_EQ(std::system((in + "diff -d text after | grep -c '^[<>]' > count;"
                                " grep -c '^[-+][^-+]' difference > own; true")
                              .c_str()),
              0);
    EXPECT_EQ(read(folder.path() / "own"), read(folder.path() / "count")) << difference;
    ASSERT_EQ(std::system((in + "patch -s -u text difference").c_str()), 0) << difference;
    EXPECT_EQ(read(folder.path() / "text"), after) << difference;
  }
}

}  // namespace
}  // namespace hpsearch::runner

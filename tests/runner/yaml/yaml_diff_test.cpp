#include "runner/yaml/yaml_diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "yaml_test_support.h"

namespace hpsearch::runner {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Checks that both views of equality agree, too.
std::vector<YamlDifference> diff(const std::string& before, const std::string& after) {
  const YamlNode a = tree_of(before);
  const YamlNode b = tree_of(after);
  std::vector<YamlDifference> differences = diff_yaml(a, b);
  EXPECT_EQ(differences.empty(), canonical_text(a) == canonical_text(b)) << before << after;
  EXPECT_EQ(differences.empty(), diff_yaml(b, a).empty()) << before << after;
  return differences;
}

TEST(YamlDiff, ComparesValuesNotTexts) {
  EXPECT_THAT(diff("a: 1e-4\nb: 0x10\nc: 'x'\nd: ~\n", "a: 0.0001\nb: 16\nc: x\nd:\n"), IsEmpty());
  EXPECT_THAT(diff("a: !!float 1", "a: 1.0"), IsEmpty());
  EXPECT_THAT(diff("a: &x [1, 2]\nb: *x\n", "a: [1, 2]\nb:\n  - 1\n  - 2\n"), IsEmpty());
  EXPECT_THAT(diff("a: .nan", "a: .NaN"), IsEmpty());
}

TEST(YamlDiff, TellsTypesApart) {
  EXPECT_THAT(diff("a: 1", "a: '1'"), ElementsAre(YamlDifference{"a", "1", "'1'"}));
  EXPECT_THAT(diff("a: true", "a: 'true'"), ElementsAre(YamlDifference{"a", "true", "'true'"}));
  EXPECT_THAT(diff("a: ''", "a:"), ElementsAre(YamlDifference{"a", "''", "null"}));
  EXPECT_THAT(diff("a: []", "a: {}"), ElementsAre(YamlDifference{"a", "[]", "{}"}));
  EXPECT_THAT(diff("a: 010", "a: '010'"), ElementsAre(YamlDifference{"a", "010", "'010'"}));
}

TEST(YamlDiff, TakesAWholeNumberAndTheSameRealOneForEqual) {
  EXPECT_THAT(diff_yaml(tree_of("a: 1"), tree_of("a: 1.0")), IsEmpty());
  EXPECT_THAT(diff_yaml(tree_of("a: [1e3]"), tree_of("a: [1000]")), IsEmpty());
  EXPECT_NE(canonical_text(tree_of("a: 1")), canonical_text(tree_of("a: 1.0")));
}

TEST(YamlDiff, IgnoresTheOrderOfKeysOnly) {
  EXPECT_THAT(diff("a: 1\nb: 2\n", "b: 2\na: 1\n"), IsEmpty());
  EXPECT_THAT(diff("[1, 2]", "[2, 1]"),
              ElementsAre(YamlDifference{"[0]", "1", "2"}, YamlDifference{"[1]", "2", "1"}));
}

TEST(YamlDiff, NamesThePathOfWhatChangedCameAndWent) {
  EXPECT_THAT(
      diff("parameters:\n  learning_rate: {min: 1e-4, max: 1}\nseed: 1\n",
           "parameters:\n  learning_rate: {min: 1e-4, max: 10, scale: log}\nlist: [{a: 1}]\n"),
      ElementsAre(YamlDifference{"parameters.learning_rate.max", "1", "10"},
                  YamlDifference{"seed", "1", ""},
                  YamlDifference{"parameters.learning_rate.scale", "", "log"},
                  YamlDifference{"list[0].a", "", "1"}));
  EXPECT_THAT(diff("a: {b: 1}", "a: 3"),
              ElementsAre(YamlDifference{"a.b", "1", ""}, YamlDifference{"a", "", "3"}));
}

TEST(YamlDiff, QuotesKeysThatLookLikePaths) {
  EXPECT_THAT(diff("a.b: 1", "a: {b: 1}"),
              ElementsAre(YamlDifference{"'a.b'", "1", ""}, YamlDifference{"a.b", "", "1"}));
  EXPECT_THAT(diff("'a[0]': 1", "a: [1]"),
              ElementsAre(YamlDifference{"'a[0]'", "1", ""}, YamlDifference{"a[0]", "", "1"}));
}

TEST(YamlDiff, WritesCanonicalLines) {
  EXPECT_EQ(canonical_text(tree_of("b: [1, x]\na: {c: \"two\\nlines\", d: 1e-04}\n")),
            "a.c = \"two\\nlines\"\na.d = 1e-4\nb[0] = 1\nb[1] = x\n");
}

}  // namespace
}  // namespace hpsearch::runner

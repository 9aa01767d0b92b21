#include "runner/yaml/yaml_tree.h"

#include <gtest/gtest.h>

#include "yaml_test_support.h"

namespace hpsearch::runner {
namespace {

using Kind = YamlNode::Kind;

Position position_of(const YamlNode& map, std::string_view key) {
  const YamlNode* node = map.find(key);
  EXPECT_NE(node, nullptr) << key;
  return node != nullptr ? node->position : Position{};
}

TEST(YamlTree, KeepsTheOrderOfKeys) {
  const YamlNode tree = tree_of("b: 1\na: [x, 'y']\nc: {d: null}\n");
  ASSERT_EQ(tree.entries.size(), 3);
  EXPECT_EQ(tree.entries[0].key, "b");
  EXPECT_EQ(tree.entries[1].key, "a");
  EXPECT_EQ(tree.entries[1].value.kind, Kind::kSequence);
  EXPECT_FALSE(tree.entries[1].value.items[0].quoted);
  EXPECT_TRUE(tree.entries[1].value.items[1].quoted);
  EXPECT_EQ(tree.find("c")->find("d")->kind, Kind::kNull);
  EXPECT_EQ(tree.find("x"), nullptr);
}

TEST(YamlTree, KeepsTextsAsWritten) {
  const YamlNode tree = tree_of("a: 1.0e-4\nb: |\n  x\n  y\nc: >-\n  x\n  y\nd: \"\\u00e9\"\n");
  EXPECT_EQ(tree.find("a")->text, "1.0e-4");
  EXPECT_EQ(tree.find("b")->text, "x\ny\n");
  EXPECT_TRUE(tree.find("b")->quoted);
  EXPECT_EQ(tree.find("c")->text, "x y");
  EXPECT_EQ(tree.find("d")->text, "é");
}

// As JSON writes characters beyond U+FFFF; what follows on the line keeps its place.
TEST(YamlTree, JoinsSurrogatePairs) {
  const YamlNode tree = tree_of(
      "a: \"x \\ud83d\\ude00 y\\uD834\\uDD1E\"\nb: {c: \"\\ud83d\\ude00\", d: 1}\n"
      "e: '\\ud83d\\ude00'\nf: \"\\\\ud83d\"\n");
  EXPECT_EQ(tree.find("a")->text, "x \U0001f600 y\U0001d11e");
  EXPECT_EQ(tree.find("b")->find("c")->text, "\U0001f600");
  EXPECT_EQ(position_of(*tree.find("b"), "d"), (Position{2, 27}));
  EXPECT_EQ(tree.find("e")->text, "\\ud83d\\ude00") << "single quotes have no escapes";
  EXPECT_EQ(tree.find("f")->text, "\\ud83d");
  std::vector<Diagnostic> diagnostics;
  EXPECT_FALSE(parse_yaml({"f", "a: \"\\ud83d x\"\n"}, diagnostics)) << "half a pair";
}

TEST(YamlTree, KeepsCoreTagsByTheirShortName) {
  const YamlNode tree = tree_of("a: !!float 1\nb: !<tag:yaml.org,2002:int> 3\nc: !!map {d: 1}\n");
  EXPECT_EQ(tree.find("a")->tag, "float");
  EXPECT_EQ(tree.find("b")->tag, "int");
  EXPECT_EQ(tree.find("c")->tag, "");
}

TEST(YamlTree, KnowsThePositionOfBlockMapsAndLists) {
  const YamlNode tree = tree_of("a:\n  b:\n    - x\n    - c: 1\n");
  EXPECT_EQ(tree.position, (Position{1, 1}));
  EXPECT_EQ(position_of(tree, "a"), (Position{2, 3}));
  EXPECT_EQ(position_of(*tree.find("a"), "b"), (Position{3, 5}));
  EXPECT_EQ(tree.find("a")->find("b")->items[0].position, (Position{3, 7}));
  EXPECT_EQ(tree.find("a")->find("b")->items[1].position, (Position{4, 7}));
  EXPECT_EQ(tree.find("a")->entries[0].key_position, (Position{2, 3}));
}

TEST(YamlTree, KnowsThePositionInFlowStyle) {
  const YamlNode tree = tree_of("a: {b: [1,\n  2], c: 3}\n");
  EXPECT_EQ(position_of(tree, "a"), (Position{1, 4}));
  EXPECT_EQ(position_of(*tree.find("a"), "b"), (Position{1, 8}));
  EXPECT_EQ(tree.find("a")->find("b")->items[1].position, (Position{2, 3}));
  EXPECT_EQ(position_of(*tree.find("a"), "c"), (Position{2, 10}));
}

TEST(YamlTree, PutsAnEmptyValueAtItsKey) {
  const YamlNode tree = tree_of("a:\n\nb:\nnullable:\nd: {e: , f}\ng: ~\n# end\nh:");
  EXPECT_EQ(position_of(tree, "a"), (Position{1, 1}));
  EXPECT_EQ(position_of(tree, "b"), (Position{3, 1}));
  EXPECT_EQ(position_of(tree, "nullable"), (Position{4, 1}));
  EXPECT_EQ(position_of(*tree.find("d"), "e"), (Position{5, 5}));
  EXPECT_EQ(position_of(*tree.find("d"), "f"), (Position{5, 10}));
  EXPECT_EQ(position_of(tree, "g"), (Position{6, 4}));
  EXPECT_EQ(position_of(tree, "h"), (Position{8, 1}));
}

TEST(YamlTree, PutsAnEmptyItemAtItsDash) {
  const YamlNode tree = tree_of("a:\n  - \n  # - no\n  - x\n  -\n");
  EXPECT_EQ(tree.find("a")->items[0].position, (Position{2, 3}));
  EXPECT_EQ(tree.find("a")->items[2].position, (Position{5, 3}));
}

TEST(YamlTree, PutsAnAliasWhereItStands) {
  const YamlNode tree = tree_of("a: &x {b: 1}\nc: *x\nd:   &y 2\ne: [*y]\n");
  EXPECT_EQ(position_of(tree, "c"), (Position{2, 4}));
  EXPECT_EQ(tree.find("c")->find("b")->text, "1");
  EXPECT_EQ(position_of(*tree.find("c"), "b"), (Position{1, 11}));
  EXPECT_EQ(tree.find("e")->items[0].position, (Position{4, 5}));
}

TEST(YamlTree, AcceptsAByteOrderMarkAndDoesNotCountIt) {
  const YamlNode tree = tree_of(
      "\xEF\xBB\xBF"
      "a: 1\n");
  EXPECT_EQ(tree.entries[0].key, "a");
  EXPECT_EQ(position_of(tree, "a"), (Position{1, 4}));
}

TEST(YamlTree, AcceptsEveryLineEnd) {
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    const YamlNode tree = tree_of("a: 1" + end + "b:" + end + "  c: x");
    EXPECT_EQ(position_of(tree, "a"), (Position{1, 4}));
    EXPECT_EQ(position_of(*tree.find("b"), "c"), (Position{3, 6}));
    EXPECT_EQ(tree.find("b")->find("c")->text, "x");
  }
}

TEST(YamlTree, CountsCharactersBeforeAColumn) {
  const YamlNode tree = tree_of("größe: {ü: 1, \xF0\x9F\x98\x80: 2}\n");
  EXPECT_EQ(position_of(*tree.find("größe"), "ü"), (Position{1, 12}));
  EXPECT_EQ(position_of(*tree.find("größe"), "\xF0\x9F\x98\x80"), (Position{1, 18}));
}

TEST(YamlTree, CountsCharactersInALineAsLongAsTheFile) {
  std::string text = "a: [";
  for (int i = 0; i < 50'000; ++i) {
    text += "ü, ";
  }
  const YamlNode tree = tree_of(text + "x]");
  EXPECT_EQ(tree.find("a")->items.back().position, (Position{1, 150'005}));
}

TEST(YamlTree, AcceptsAMarkedBeginAndEndOfTheDocument) {
  EXPECT_EQ(tree_of("%YAML 1.2\n---\na: 1\n...\n# end\n").find("a")->text, "1");
}

// The rules of YAML 1.1's merge type: own entries win, then earlier maps.
TEST(YamlTree, MergesMaps) {
  const YamlNode tree = tree_of(
      "a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\nc:\n  <<: [*a, *b]\n  x: 0\nd: {z: 5, <<: *b}\n");
  const YamlNode& c = *tree.find("c");
  ASSERT_EQ(c.entries.size(), 3);
  EXPECT_EQ(c.find("x")->text, "0");
  EXPECT_EQ(c.find("y")->text, "2");
  EXPECT_EQ(c.find("z")->text, "4");
  EXPECT_EQ(tree.find("d")->find("z")->text, "5");
  EXPECT_EQ(tree.find("d")->find("y")->text, "3");
}

TEST(YamlTree, AcceptsANullAndASingleValue) {
  EXPECT_EQ(tree_of("~").kind, Kind::kNull);
  EXPECT_EQ(tree_of("x").kind, Kind::kScalar);
}

TEST(YamlTree, GivesTheTreeWithoutWhatItRefused) {
  const Parsed parsed = parse("a: 1\na: 2\n1: {b: 1}\nc: !foo x\n");
  EXPECT_EQ(parsed.diagnostics.size(), 3);
  ASSERT_TRUE(parsed.tree);
  ASSERT_EQ(parsed.tree->entries.size(), 2);
  EXPECT_EQ(parsed.tree->find("a")->text, "1");
  EXPECT_EQ(parsed.tree->find("c")->text, "x");
}

}  // namespace
}  // namespace hpsearch::runner

#include "runner/yaml/yaml_emit.h"

#include <limits>
#include <random>

#include <gtest/gtest.h>

#include "runner/yaml/yaml_diff.h"
#include "yaml_test_support.h"

namespace hpsearch::runner {
namespace {

using Kind = YamlNode::Kind;

TEST(YamlEmit, WritesAsAPersonWould) {
  const std::string text =
      "name: fashion-mlp\n"
      "description: learning rate x L2\n"
      "metric: {name: val_accuracy, goal: maximize, target: 0.915}\n"
      "model: {hidden: [256], activation: relu}\n"
      "parameters:\n"
      "  learning_rate: {min: 1.0e-4, max: 1, scale: log}\n"
      "  seeds: [1, 2, 3]\n"
      "search:\n"
      "  stages:\n"
      "    - {share: 0.5, epochs: 3}\n"
      "    - {share: 0.5, epochs: 8}\n"
      "deep:\n"
      "  - a:\n"
      "      b: {c: 1}\n"
      "    d: 2\n"
      "  - - {x: 1}\n"
      "    - []\n"
      "nothing: null\n";
  EXPECT_EQ(emit_yaml(tree_of(text)), text);
}

TEST(YamlEmit, BreaksWhatDoesNotFitInEightyColumns) {
  const std::string item = std::string(30, 'x');
  EXPECT_EQ(emit_yaml(tree_of("a: [" + item + ", " + item + ", " + item + "]")),
            "a:\n  - " + item + "\n  - " + item + "\n  - " + item + "\n");
}

TEST(YamlEmit, QuotesOnlyTextsThatWouldBeReadOtherwise) {
  EXPECT_EQ(emit_text("abc"), "abc");
  EXPECT_EQ(emit_text("a b-c/d.e"), "a b-c/d.e");
  EXPECT_EQ(emit_text("größe"), "größe");
  EXPECT_EQ(emit_text("yes"), "yes");
  EXPECT_EQ(emit_text("1"), "'1'");
  EXPECT_EQ(emit_text("1e-5"), "'1e-5'");
  EXPECT_EQ(emit_text("010"), "'010'");
  EXPECT_EQ(emit_text("1_000"), "'1_000'");
  EXPECT_EQ(emit_text("true"), "'true'");
  EXPECT_EQ(emit_text("null"), "'null'");
  EXPECT_EQ(emit_text(""), "''");
  EXPECT_EQ(emit_text("a: b"), "'a: b'");
  EXPECT_EQ(emit_text("it's"), "'it''s'");
  EXPECT_EQ(emit_text("- a"), "'- a'");
  EXPECT_EQ(emit_text(" a"), "' a'");
  EXPECT_EQ(emit_text("---"), "'---'");
  EXPECT_EQ(emit_text("a\nb\x1b\\"), "\"a\\nb\\x1b\\\\\"");
}

TEST(YamlEmit, MakesNodesOfValues) {
  EXPECT_EQ(emit_yaml(yaml_scalar(nn::Value(1e-5))), "1e-5\n");
  EXPECT_EQ(emit_yaml(yaml_scalar(nn::Value(1e300))), "1e300\n");
  EXPECT_EQ(emit_yaml(yaml_scalar(nn::Value(1.0))), "1.0\n");
  EXPECT_EQ(emit_yaml(yaml_scalar(nn::Value(0.1))), "0.1\n");
  EXPECT_EQ(emit_yaml(yaml_scalar(nn::Value(-1.5e-10))), "-1.5e-10\n");
  EXPECT_EQ(emit_yaml(yaml_scalar(nn::Value(std::numeric_limits<double>::infinity()))), ".inf\n");
  EXPECT_EQ(emit_yaml(yaml_scalar(nn::Value(std::int64_t{1}))), "1\n");
  EXPECT_EQ(emit_yaml(yaml_scalar(nn::Value(true))), "true\n");
  EXPECT_EQ(emit_yaml(yaml_scalar(nn::Value(std::string("1")))), "'1'\n");
  const nn::Value list(nn::ValueList{nn::Value(std::int64_t{1}), nn::Value(std::string("a"))});
  EXPECT_EQ(nn::to_text(list), "[1, a]");
  EXPECT_EQ(emit_yaml(yaml_map(
                {{"x", yaml_scalar(list)}, {"1", yaml_null()}, {"<<", yaml_sequence({})}})),
            "x: [1, a]\n'1': null\n'<<': []\n");
}

// A generator of trees with all that is hard to write.
class RandomTree {
 public:
  explicit RandomTree(unsigned seed) : random_(seed) {}

  YamlNode node(int depth) {
    const int kind = below(depth > 0 ? 6 : 4);
    if (kind == 4) {
      std::vector<YamlNode> items;
      for (int i = below(5); i > 0; --i) {
        items.push_back(node(depth - 1));
      }
      return yaml_sequence(std::move(items));
    }
    if (kind == 5) {
      YamlNode map = yaml_map({});
      for (int i = below(5); i > 0; --i) {
        const std::string key = text();
        if (map.find(key) == nullptr) {
          map.entries.push_back({key, {}, node(depth - 1)});
        }
      }
      return map;
    }
    return scalar(kind);
  }

 private:
  int below(int bound) { return static_cast<int>(random_() % static_cast<unsigned>(bound)); }

  std::string text() {
    static const std::vector<std::string> kPieces = {"a",
                                                     "b",
                                                     "1",
                                                     "0",
                                                     "-",
                                                     "+",
                                                     ".",
                                                     "e",
                                                     ":",
                                                     ": ",
                                                     " #",
                                                     "#",
                                                     " ",
                                                     "  ",
                                                     "'",
                                                     "\"",
                                                     "\\",
                                                     "\n",
                                                     ",",
                                                     "[",
                                                     "]",
                                                     "{",
                                                     "}",
                                                     "&",
                                                     "*",
                                                     "!",
                                                     "|",
                                                     ">",
                                                     "%",
                                                     "@",
                                                     "`",
                                                     "?",
                                                     "~",
                                                     "=",
                                                     "<<",
                                                     "\t",
                                                     "\r",
                                                     "_",
                                                     "é",
                                                     "null",
                                                     "true",
                                                     "\x01",
                                                     "---",
                                                     "...",
                                                     "\x7f",
                                                     "\xC2\x85",
                                                     "\xE2\x80\xA8",
                                                     "\xEF\xBB\xBF",
                                                     "\xF0\x9F\x98\x80",
                                                     ".inf"};
    std::string result;
    for (int i = below(6); i > 0; --i) {
      result += kPieces[static_cast<std::size_t>(below(static_cast<int>(kPieces.size())))];
    }
    return result;
  }

  YamlNode scalar(int kind) {
    static const std::vector<std::string> kUnquoted = {"1",     "1e-4", "0x1F", "0o17",  ".5",
                                                       "-.inf", "010",  "1,5",  "1_000", "true",
                                                       "x",     ".nan", "-0.0", "5.",    "1e400"};
    if (kind == 0) {
      return yaml_null();
    }
    YamlNode node = yaml_scalar(nn::Value(text()));
    if (kind == 1) {
      node.quoted = false;
      node.text = kUnquoted[static_cast<std::size_t>(below(static_cast<int>(kUnquoted.size())))];
      node.tag = below(4) == 0 ? "float" : "";
    }
    return node;
  }

  std::mt19937 random_;
};

// The same kinds in the same order; values are left to diff_yaml.
bool same_shape(const YamlNode& a, const YamlNode& b) {
  if (a.kind != b.kind || a.items.size() != b.items.size() ||
      a.entries.size() != b.entries.size()) {
    return false;
  }
  for (std::size_t i = 0; i < a.items.size(); ++i) {
    if (!same_shape(a.items[i], b.items[i])) {
      return false;
    }
  }
  for (std::size_t i = 0; i < a.entries.size(); ++i) {
    if (a.entries[i].key != b.entries[i].key ||
        !same_shape(a.entries[i].value, b.entries[i].value)) {
      return false;
    }
  }
  return true;
}

TEST(YamlEmit, ReadsBackWhatItWrote) {
  for (unsigned seed = 0; seed < 5000; ++seed) {
    const YamlNode tree = RandomTree(seed).node(4);
    const std::string text = emit_yaml(tree);
    const Parsed parsed = parse(text);
    ASSERT_TRUE(parsed.tree && parsed.errors.empty()) << "seed " << seed << "\n"
                                                      << text << parsed.errors;
    ASSERT_TRUE(same_shape(tree, *parsed.tree)) << "seed " << seed << "\n" << text;
    ASSERT_EQ(canonical_text(tree), canonical_text(*parsed.tree)) << "seed " << seed << "\n"
                                                                  << text;
    ASSERT_TRUE(diff_yaml(tree, *parsed.tree).empty()) << "seed " << seed;
    ASSERT_EQ(emit_yaml(*parsed.tree), text) << "seed " << seed;
  }
}

}  // namespace
}  // namespace hpsearch::runner

#include "runner/yaml/yaml_reader.h"

#include <array>

#include <gtest/gtest.h>

#include "yaml_test_support.h"

namespace hpsearch::runner {
namespace {

// Parses a map and lets `read` read it; all errors as "line:column: message".
template <typename Read>
std::string errors_of(const std::string& text, Read read, std::string where = "") {
  Parsed parsed = parse(text);
  if (!parsed.tree) {
    return parsed.errors;
  }
  {
    MapReader reader(*parsed.tree, std::move(where), parsed.diagnostics);
    read(reader);
  }
  std::string lines;
  for (const Diagnostic& d : parsed.diagnostics) {
    lines += std::to_string(d.position.line) + ":" + std::to_string(d.position.column) + ": " +
             d.message + "\n";
  }
  return lines;
}

std::string integer_error(const std::string& text, IntegerRange range = {}) {
  return errors_of(text, [&](MapReader& r) { EXPECT_EQ(r.integer("seed", range), std::nullopt); });
}

std::string real_error(const std::string& text, RealRange range = {}) {
  return errors_of(text, [&](MapReader& r) { EXPECT_EQ(r.real("l2", range), std::nullopt); });
}

TEST(YamlReader, ReadsEveryType) {
  constexpr std::array<std::string_view, 2> kGoals = {"minimize", "maximize"};
  const auto read = [&](MapReader& r) {
    EXPECT_EQ(r.text("name"), "fashion");
    EXPECT_EQ(r.integer("seed", {.min = 0}), 7);
    EXPECT_EQ(r.real("l2"), 1e-4);
    EXPECT_EQ(r.real("whole"), 2.0);
    EXPECT_EQ(r.boolean("bias"), true);
    EXPECT_EQ(r.name("goal", kGoals), "maximize");
    EXPECT_EQ(r.value("values"), nn::Value(nn::ValueList{nn::Value(std::int64_t{1}), nn::Value(0.5),
                                                         nn::Value(std::string("a"))}));
    EXPECT_EQ(r.list("values")->items.size(), 3);
    EXPECT_EQ(r.map("model")->entries.size(), 1);
    EXPECT_EQ(r.text("absent"), std::nullopt);
    EXPECT_EQ(r.integer("nothing"), std::nullopt);
  };
  EXPECT_EQ(errors_of("name: fashion\nseed: 7\nl2: 1e-4\nwhole: 2\nbias: true\ngoal: maximize\n"
                      "values: [1, 0.5, a]\nmodel: {a: 1}\nnothing: null\n",
                      read),
            "");
}

TEST(YamlReader, ReportsEveryErrorOfAFileInOneRun) {
  const auto read = [](MapReader& r) {
    r.integer("run_cap", {.min = 1, .max = 1'000'000'000});
    r.real("l2", {.min = 0});
    r.text("name");
    r.require("dataset");
  };
  EXPECT_EQ(errors_of("run_cap: ten\nl2: -1\nname: [a]\nsead: 1\n", read),
            "1:10: 'run_cap' must be a whole number from 1 to 1000000000; found 'ten'\n"
            "2:5: 'l2' must be a number of at least 0; found -1\n"
            "3:7: 'name' must be text; found a list\n"
            "1:1: key 'dataset' is missing\n"
            "4:1: unknown key 'sead'; valid keys: run_cap, l2, name, dataset\n");
}

TEST(YamlReader, SuggestsTheNearestKey) {
  const auto read = [](MapReader& r) { r.take("learning_rate"); };
  EXPECT_EQ(errors_of("lerning_rate: 1\n", read, "parameters"),
            "1:1: unknown key 'lerning_rate' in 'parameters'; did you mean 'learning_rate'?\n");
}

TEST(YamlReader, SuggestsAndAcceptsKeysThatAreAlsoKnown) {
  constexpr std::array<std::string_view, 1> kMore = {"project"};
  const auto read = [&](MapReader& r) { r.also_known(kMore); };
  EXPECT_EQ(errors_of("project: x\nprojekt: y\n", read),
            "2:1: unknown key 'projekt'; did you mean 'project'?\n");
}

TEST(YamlReader, GivesTheRestAndThenKnowsIt) {
  const auto read = [](MapReader& r) {
    r.take("a");
    const std::vector<const YamlEntry*> rest = r.take_rest();
    ASSERT_EQ(rest.size(), 2);
    EXPECT_EQ(rest[0]->key, "b");
    EXPECT_EQ(rest[1]->key, "c");
  };
  EXPECT_EQ(errors_of("a: 1\nb: 2\nc:\n", read), "");
}

TEST(YamlReader, AcceptsWholeRealNumbersAsIntegers) {
  for (const std::string text : {"1000", "1e3", "1000.0", "0x3E8"}) {
    EXPECT_EQ(errors_of("seed: " + text, [](MapReader& r) { EXPECT_EQ(r.integer("seed"), 1000); }),
              "");
  }
  EXPECT_EQ(errors_of("seed: 3.0", [](MapReader& r) { EXPECT_EQ(r.integer("seed"), 3); }), "");
  EXPECT_EQ(integer_error("seed: 3.5"), "1:7: 'seed' must be a whole number; found 3.5\n");
  EXPECT_EQ(integer_error("seed: 1e19"), "1:7: 'seed' must be a whole number; found 1e19\n");
  EXPECT_EQ(integer_error("seed: 1e-5"), "1:7: 'seed' must be a whole number; found 1e-5\n");
}

TEST(YamlReader, SaysThatAQuotedNumberIsAText) {
  EXPECT_EQ(integer_error("seed: '7'"), "1:7: 'seed' is quoted, so it is text; write seed: 7\n");
  EXPECT_EQ(integer_error("seed: 'ten'"), "1:7: 'seed' must be a whole number; found 'ten'\n");
  EXPECT_EQ(real_error("l2: \"1e-4\""), "1:5: 'l2' is quoted, so it is text; write l2: 1e-4\n");
  EXPECT_EQ(errors_of("bias: 'true'", [](MapReader& r) { r.boolean("bias"); }),
            "1:7: 'bias' is quoted, so it is text; write bias: true\n");
}

TEST(YamlReader, SaysWhichNumbersItExpects) {
  EXPECT_EQ(integer_error("seed: -1", {.min = 0}),
            "1:7: 'seed' must be a whole number of at least 0; found -1\n");
  EXPECT_EQ(integer_error("seed: 9", {.max = 8}),
            "1:7: 'seed' must be a whole number of at most 8; found 9\n");
  EXPECT_EQ(real_error("l2: 2", {.min = 0, .max = 1}),
            "1:5: 'l2' must be a number from 0 to 1; found 2\n");
  EXPECT_EQ(real_error("l2: 0", {.min = 0, .min_bound = Bound::kExcluded}),
            "1:5: 'l2' must be a number above 0; found 0\n");
  EXPECT_EQ(real_error("l2: 1", {.min = 0, .max = 1, .max_bound = Bound::kExcluded}),
            "1:5: 'l2' must be a number of at least 0 and below 1; found 1\n");
}

TEST(YamlReader, RefusesNumbersThatAreNotFinite) {
  EXPECT_EQ(real_error("l2: .nan"), "1:5: 'l2' must be a finite number; found .nan\n");
  EXPECT_EQ(real_error("l2: -.inf", {.min = 0}),
            "1:5: 'l2' must be a finite number; found -.inf\n");
  EXPECT_EQ(real_error("l2: 1e400"),
            "1:5: 'l2': '1e400' is too large for a real number; the largest is about 1e308\n");
  EXPECT_EQ(integer_error("seed: .inf"), "1:7: 'seed' must be a whole number; found .inf\n");
}

TEST(YamlReader, PassesOnWhyANumberIsRefused) {
  EXPECT_EQ(integer_error("seed: 010"),
            "1:7: 'seed': '010' has leading zeros; write 10, or 0o10 for octal 8\n");
  EXPECT_EQ(real_error("l2: 1,5"),
            "1:5: 'l2': '1,5' is not a number; write 1.5, or put it in quotes if it is text\n");
}

TEST(YamlReader, SaysThatAListOrMapStandsWhereAValueIsExpected) {
  EXPECT_EQ(integer_error("seed: [1, 2]"), "1:7: 'seed' must be a whole number; found a list\n");
  EXPECT_EQ(real_error("l2: {min: 1}"), "1:5: 'l2' must be a finite number; found a map\n");
}

TEST(YamlReader, ReadsYesAsAText) {
  EXPECT_EQ(errors_of("bias: yes", [](MapReader& r) { r.boolean("bias"); }),
            "1:7: 'bias' must be true or false; found 'yes'\n");
}

TEST(YamlReader, AsksForQuotesAroundATextThatIsANumber) {
  EXPECT_EQ(errors_of("name: 2024", [](MapReader& r) { r.text("name"); }),
            "1:7: 'name' must be text; found 2024; write name: '2024'\n");
}

TEST(YamlReader, KnowsNames) {
  constexpr std::array<std::string_view, 3> kMethods = {"grid", "random", "sobol"};
  const auto read = [&](MapReader& r) { r.name("method", kMethods); };
  EXPECT_EQ(errors_of("method: randon", read),
            "1:9: 'method' must be one of grid, random, sobol; found 'randon'; did you mean "
            "'random'?\n");
  EXPECT_EQ(errors_of("method: [grid]", read),
            "1:9: 'method' must be one of grid, random, sobol; found a list\n");
}

TEST(YamlReader, NamesTheItemOfAList) {
  EXPECT_EQ(errors_of("values: [1, 010, null]", [](MapReader& r) { r.value("values"); }),
            "1:13: 'values[1]': '010' has leading zeros; write 10, or 0o10 for octal 8\n"
            "1:18: 'values[2]' must be a single value or a list; found null\n");
}

TEST(YamlReader, ReportsAKeyWithoutAValueWhereOneIsRequired) {
  EXPECT_EQ(errors_of("a:\n", [](MapReader& r) { r.require("a"); }), "1:1: 'a' has no value\n");
  EXPECT_EQ(errors_of(
                "{}", [](MapReader& r) { r.require("a"); }, "dataset"),
            "1:1: key 'a' is missing in 'dataset'\n");
}

TEST(YamlReader, ReadsWhatIsNotAMapAsAnEmptyOne) {
  const auto read = [](MapReader& r) {
    EXPECT_EQ(r.text("a"), std::nullopt);
    EXPECT_EQ(r.require("b"), nullptr);
  };
  EXPECT_EQ(errors_of("[1, 2]", read, "model"),
            "1:1: 'model' must be a map, lines of 'key: value'; found a list\n");
  EXPECT_EQ(errors_of("~", read),
            "1:1: the file must be a map, lines of 'key: value'; found null\n");
  EXPECT_EQ(errors_of("a:1\n", read),
            "1:1: the file must be a map, lines of 'key: value'; found 'a:1'; a ':' needs a space "
            "after it\n");
}

TEST(YamlReader, PutsOwnErrorsAtTheKey) {
  EXPECT_EQ(errors_of("\na: 1\n",
                      [](MapReader& r) {
                        r.take("a");
                        EXPECT_EQ(r.position_of("a"), (Position{2, 1}));
                        r.error("a", "no");
                        r.error("b", "no");
                      }),
            "2:1: no\n2:1: no\n");
}

}  // namespace
}  // namespace hpsearch::runner

// What a YAML file may not be, each with the whole text that the user sees.
#include <algorithm>
#include <chrono>
#include <random>

#include <gtest/gtest.h>

#include "yaml_test_support.h"

namespace hpsearch::runner {
namespace {

std::string repeated(std::string_view text, std::size_t count) {
  std::string result;
  for (std::size_t i = 0; i < count; ++i) {
    result += text;
  }
  return result;
}

// "line:column: message" of all errors.
std::string brief(const std::string& text) {
  std::string lines;
  for (const Diagnostic& d : parse(text).diagnostics) {
    lines += std::to_string(d.position.line) + ":" + std::to_string(d.position.column) + ": " +
             d.message + "\n";
  }
  return lines;
}

TEST(YamlTree, RefusesADuplicateKeyAndNamesBothLines) {
  EXPECT_EQ(parse("seed: 1\nmodel: {a: 1, b: 2, a: 3}\nseed: 2\n").errors,
            "sweep.yaml:2:21: error: duplicate key 'a'; it is already on line 2\n"
            "model: {a: 1, b: 2, a: 3}\n"
            "                    ^\n"
            "sweep.yaml:3:1: error: duplicate key 'seed'; it is already on line 1\n"
            "seed: 2\n"
            "^\n");
}

TEST(YamlTree, MergesMapsOnly) {
  EXPECT_EQ(brief("a: &x [1]\nc:\n  <<: *x\n  d: 1\n"),
            "3:3: '<<' merges maps: write <<: *anchor, or a list of such aliases\n");
  EXPECT_EQ(brief("'<<': 1\n"), "");
}

TEST(YamlTree, RefusesKeysThatAreNoTexts) {
  EXPECT_EQ(brief("1: a\n"), "1:1: a key must be text; put 1 in quotes\n");
  EXPECT_EQ(brief("true: a\n"), "1:1: a key must be text; put true in quotes\n");
  EXPECT_EQ(brief("a: {1.5: x, 010: y}\n"),
            "1:5: a key must be text; put 1.5 in quotes\n"
            "1:13: a key must be text; put 010 in quotes\n");
  EXPECT_EQ(brief("null: a\n"), "1:1: a key must be text; put null in quotes\n");
  EXPECT_EQ(brief(": a\n"), "1:1: a key is missing before this ':'\n");
  EXPECT_EQ(brief("? [a, b]\n: c\n"), "1:3: a key must be text; found a list or a map\n");
  EXPECT_EQ(brief("{[a]: 1, b: 2}\n"), "1:2: a key must be text; found a list or a map\n");
  EXPECT_EQ(brief("a: &x b\nc: {*x : 1}\n"), "2:5: an alias cannot be a key; write the key out\n");
  EXPECT_EQ(brief("'1': a\n? b\n: c\n"), "");
}

TEST(YamlTree, RefusesAKeyThatIsTooLong) {
  EXPECT_EQ(brief(std::string(201, 'k') + ": 1\n"),
            "1:1: this key has 201 bytes; the limit is 200\n");
}

TEST(YamlTree, RefusesASecondDocument) {
  EXPECT_EQ(parse("a: 1\n---\nb: 2\n").errors,
            "sweep.yaml:2:1: error: a second document starts here; a file can have only one\n"
            "---\n"
            "^\n");
  EXPECT_EQ(brief("a: 1\n...\nb: 2\n"),
            "3:1: a second document starts here; a file can have only one\n");
  EXPECT_EQ(brief("a: 1\n---\n"), "2:1: a second document starts here; a file can have only one\n");
}

TEST(YamlTree, RefusesTextAfterTheDocument) {
  const std::string rest =
      "this does not belong to the value above it; remove it, or check the indentation\n";
  EXPECT_EQ(brief("[1, 2] foo\n"), "1:8: " + rest);
  EXPECT_EQ(brief("- a\nb: 1\n"), "2:1: " + rest);
  EXPECT_EQ(brief(","), "1:1: " + rest);
}

TEST(YamlTree, RefusesUnknownTags) {
  EXPECT_EQ(brief("a: !!python/object:os.system x\nb: !foo {c: 1}\nd: !!float [1]\n"),
            "1:4: the tag '!!python/object:os.system' is not supported here; remove it (a single "
            "value can have !!str, !!int, !!float, !!bool or !!null)\n"
            "2:4: the tag '!foo' is not supported here; remove it (a single value can have !!str, "
            "!!int, !!float, !!bool or !!null)\n"
            "3:4: the tag '!!float' is not supported here; remove it (a single value can have "
            "!!str, !!int, !!float, !!bool or !!null)\n");
}

TEST(YamlTree, RefusesAnAliasInsideOfItsOwnAnchor) {
  EXPECT_EQ(brief("a: &x [*x]\n"),
            "1:8: this alias is inside its own anchor; write the value out\n");
  EXPECT_EQ(brief("a: *x\n"), "1:4: no '&' anchor with this name is defined above\n");
}

TEST(YamlTree, RefusesAnAliasBomb) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string alias = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" +
            repeated(alias + ", ", 8) + alias + "]\n";
  }
  EXPECT_EQ(brief(text), "5:5: with its aliases the file exceeds 100000 values or 8 MiB of text\n");
}

TEST(YamlTree, RefusesAnAliasBombOfLongTexts) {
  const std::string text =
      "a: &a " + std::string(900'000, 'x') + "\nb: [" + repeated("*a, ", 10'000) + "]\n";
  EXPECT_FALSE(parse(text).tree);
}

TEST(YamlTree, RefusesTooDeepNesting) {
  EXPECT_EQ(brief(repeated("[", 50) + repeated("]", 50)), "");
  EXPECT_EQ(brief(repeated("[", 51) + repeated("]", 51)),
            "1:51: maps and lists are nested more than 50 deep\n");
  for (const std::string_view open : {"[", "{a: ", "- ", "? ", "[a, ", "{"}) {
    EXPECT_FALSE(parse(repeated(open, 10'000)).tree);
  }
  const std::string half = repeated("[", 26);
  EXPECT_EQ(brief("- &a " + half + repeated("]", 26) + "\n- " + half + "*a" + repeated("]", 26)),
            "2:29: maps and lists are nested more than 50 deep\n");
}

TEST(YamlTree, RefusesTooManyValues) {
  EXPECT_TRUE(parse("[" + repeated("1,", 99'999) + "]").tree);
  EXPECT_FALSE(parse("[" + repeated("1,", 100'000) + "]").tree);
}

TEST(YamlTree, RefusesAFileOverOneMebibyte) {
  EXPECT_EQ(parse(std::string(100'000'000, 'a')).errors,
            "sweep.yaml: error: the file has 100000000 bytes; the limit is 1048576 (1 MiB)\n");
  EXPECT_TRUE(parse("a: 1\n#" + std::string((1 << 20) - 6, 'x')).tree);
}

TEST(YamlTree, RefusesAnEmptyFile) {
  for (const std::string text :
       {"", "\n\n", "# only a comment\n", "---\n", "...\n", "\xEF\xBB\xBF"}) {
    EXPECT_EQ(
        parse(text).errors,
        "sweep.yaml: error: the file is empty; `hpsearch init` writes a file to start from\n");
  }
}

TEST(YamlTree, LeadsFromADecimalCommaInBracesToAPoint) {
  EXPECT_EQ(parse("training: {learning_rate: 1,5}\n").errors,
            "sweep.yaml:1:29: error: numbers use a decimal point; write 1.5\n"
            "training: {learning_rate: 1,5}\n"
            "                            ^\n");
  EXPECT_EQ(parse("r: {min: 0,01, max: 1}\n").errors,
            "sweep.yaml:1:12: error: numbers use a decimal point; write 0.01\n"
            "r: {min: 0,01, max: 1}\n"
            "           ^\n");
  EXPECT_EQ(parse("r: {min: 1, 5: 2}\n").errors,
            "sweep.yaml:1:13: error: a key must be text; put 5 in quotes\n"
            "r: {min: 1, 5: 2}\n"
            "            ^\n");
}

TEST(YamlTree, RefusesInvalidUtf8) {
  EXPECT_EQ(parse("a: 1\nb: ü\xFF x\n").errors,
            "sweep.yaml:2:5: error: byte 0xFF is not UTF-8; save the file as UTF-8\n"
            "b: ü? x\n"
            "    ^\n");
  EXPECT_EQ(brief("a: \xC0\x80"), "1:4: byte 0xC0 is not UTF-8; save the file as UTF-8\n");
  EXPECT_EQ(brief("a: \xED\xA0\x80"), "1:4: byte 0xED is not UTF-8; save the file as UTF-8\n");
  EXPECT_EQ(brief("a: \xC3"), "1:4: byte 0xC3 is not UTF-8; save the file as UTF-8\n");
}

TEST(YamlTree, RefusesNulAndOtherControlCharacters) {
  EXPECT_EQ(brief(std::string("a: b\0c", 6)), "1:5: a NUL byte; this is not a text file\n");
  // yaml-cpp takes U+0004 for the end of the file.
  EXPECT_EQ(
      brief("a: 1\r\nb: \x04\nc: 2\n"),
      "2:4: control character U+0004; remove it, or write it as an escape in double quotes\n");
  EXPECT_EQ(brief("a: x\n\xEF\xBB\xBF"
                  "b: 1"),
            "2:1: a byte order mark (U+FEFF) inside the text; remove it\n");
}

TEST(YamlTree, RefusesUtf16AndUtf32) {
  const std::string expected = "0:0: the file is UTF-16 or UTF-32; save it as UTF-8\n";
  EXPECT_EQ(brief("\xFF\xFE" + std::string("a\0:\0", 4)), expected);
  EXPECT_EQ(brief("\xFE\xFF" + std::string("\0a\0:", 4)), expected);
  EXPECT_EQ(brief(std::string("a\0:\0 \0"
                              "1\0",
                              8)),
            expected);
  EXPECT_EQ(brief(std::string("\0\0\xFE\xFF\0\0\0a", 8)), expected);
  EXPECT_EQ(brief(std::string("a\0\0\0:\0\0\0", 8)), expected);
}

TEST(YamlTree, RefusesTabsAsIndentation) {
  EXPECT_EQ(parse("a:\n\tb: 1\n").errors,
            "sweep.yaml:2:1: error: a tab in the indentation; YAML indents with spaces only\n"
            " b: 1\n"
            "^\n");
  EXPECT_EQ(brief("a:\n  b: 1\n\tc: 2\n"),
            "3:1: a tab in the indentation; YAML indents with spaces only\n");
  EXPECT_EQ(brief("a:\n\t- 1\n"), "2:1: a tab in the indentation; YAML indents with spaces only\n");
  EXPECT_EQ(brief("a:\t1\n"), "");
}

TEST(YamlTree, SaysWhatIsWrongWithTheSyntax) {
  EXPECT_EQ(
      brief("a:\n    b: 1\n  c: 2\n"),
      "3:3: this line does not belong to the map above it; align it with the line it continues\n");
  EXPECT_EQ(brief("a: 1\n- b\n"),
            "2:1: a list item among the keys of a map; indent it below its key\n");
  EXPECT_EQ(brief("a: \"x\" y\n"),
            "1:8: unexpected text after the value; put the whole value in quotes, or remove the "
            "rest\n");
  EXPECT_EQ(brief("a: b: c\n"),
            "1:5: a second ':' on this line; put text that contains ': ' in quotes\n");
  EXPECT_EQ(brief("a: 1\nb\nc: 2\n"),
            "3:2: this ':' has no key of its own; does the line above lack a ':', or is this line "
            "indented too far?\n");
  EXPECT_EQ(brief("a: [1, 2\nb: 3\n"),
            "2:2: expected ',' or ']' here; a list opened with '[' ends with ']'\n");
  EXPECT_EQ(brief("a: {b: 1\n"),
            "1:9: expected ',' or '}' here; a map opened with '{' ends with '}'\n");
  EXPECT_EQ(brief("a: @x\n"), "1:4: text cannot start with '@'; put it in quotes\n");
  EXPECT_EQ(brief("a: ]\n"),
            "1:4: this bracket closes nothing; remove it, or put the text in quotes\n");
  EXPECT_EQ(
      brief("a: \"\\q\"\n"),
      "1:7: unknown escape in double quotes; write \\\\ for a backslash, or use single quotes\n");
  EXPECT_EQ(brief("a: [1,,2]\n"), "1:7: an empty list item; remove the ',' or write null\n");
}

// yaml-cpp takes the end of the file for the closing quote.
TEST(YamlTree, RefusesAQuotedTextWithoutItsEnd) {
  EXPECT_EQ(parse("a: 'x\nb: 1\n").errors,
            "sweep.yaml:1:4: error: the quoted text that starts here has no closing quote\n"
            "a: 'x\n"
            "   ^\n");
  const std::string expected = "1:4: the quoted text that starts here has no closing quote\n";
  for (const std::string text : {"a: \"x\\\"\n", "a: 'it''s\n", "a: !!str 'x"}) {
    EXPECT_EQ(brief(text), expected);
  }
  EXPECT_EQ(brief("a: {b: 'x, c: 1}\n"),
            "1:8: the quoted text that starts here has no closing quote\n");
}

TEST(YamlTree, SurvivesAllInputsOfTwoBytes) {
  const auto begin = std::chrono::steady_clock::now();
  int usable = 0;
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const Parsed parsed = parse({static_cast<char>(first), static_cast<char>(second)});
      EXPECT_TRUE(parsed.tree || !parsed.diagnostics.empty());
      usable += parsed.tree ? 1 : 0;
    }
  }
  EXPECT_GT(usable, 1000);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(60));
}

TEST(YamlTree, SurvivesCommasAndOpenBrackets) {
  for (const std::string text : {",", "{:", "[:", "[,", "{,", ",,", "?", ":", "-", "[?", "{?"}) {
    const Parsed parsed = parse(text);
    EXPECT_TRUE(parsed.tree || !parsed.diagnostics.empty()) << text;
  }
}

TEST(YamlTree, SurvivesEveryRepetition) {
  for (const std::string_view unit :
       {"[",     "{",     "- ",    "? ",    "a: ", "&a ", "!a ",    "\"",    "'",
        "*a ",   "[a,",   "{a: ",  ": ",    "[],", "a\n", "a: b\n", "- a\n", "|\n",
        "? ?\n", "a:\n ", "---\n", "...\n", "[? ", "{? ", ",",      "é"}) {
    const Parsed parsed = parse(repeated(unit, 100'000 / unit.size()));
    EXPECT_TRUE(parsed.tree || !parsed.diagnostics.empty()) << unit;
  }
}

TEST(YamlTree, SurvivesRandomChangesOfASweep) {
  const std::string sweep =
      "name: &n größe  # a comment\nmetric: {name: 'it''s', goal: \"max\\n\"}\nempty:\n"
      "list:\n  - - 1\n    - [a, {b: *n}]\n  -\n  - ? k\n    : !!float 1\ntext: |\n  x\n  y\n";
  constexpr std::string_view kBytes = "\n\t\r ,:-?#&*!|>'\"%@`[]{}~<a1.\\\xC3\xBC";
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    std::string text = sweep;
    for (auto changes = 1 + random() % 4; changes > 0; --changes) {
      const std::size_t at = random() % text.size();
      const char byte = kBytes[random() % kBytes.size()];
      if (random() % 2 == 0) {
        text[at] = byte;
      } else {
        text.insert(at, 1, byte);
      }
    }
    const Parsed parsed = parse(text);
    ASSERT_TRUE(parsed.tree || !parsed.diagnostics.empty()) << text;
    const auto lines =
        1 + std::ranges::count_if(text, [](char c) { return c == '\n' || c == '\r'; });
    for (const Diagnostic& diagnostic : parsed.diagnostics) {
      ASSERT_LE(diagnostic.position.line, lines) << text;
      ASSERT_EQ(diagnostic.message.find("not valid YAML ("), std::string::npos)
          << text << parsed.errors;
    }
  }
}

}  // namespace
}  // namespace hpsearch::runner

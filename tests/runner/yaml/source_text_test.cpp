#include "runner/yaml/source_text.h"

#include <gtest/gtest.h>

namespace hpsearch::runner {
namespace {

std::string lines(std::size_t count) {
  return std::string(count, '\n');
}

TEST(SourceText, ShowsTheLineAndACaretUnderTheColumn) {
  const SourceText source{"sweep.yaml", lines(11) + "    lerning_rate: {min: 1e-5, max: 1}\n"};
  EXPECT_EQ(
      format_diagnostic(
          source,
          {{12, 5}, "unknown key 'lerning_rate' in 'parameters'; did you mean 'learning_rate'?"}),
      "sweep.yaml:12:5: error: unknown key 'lerning_rate' in 'parameters'; did you mean "
      "'learning_rate'?\n"
      "    lerning_rate: {min: 1e-5, max: 1}\n"
      "    ^\n");
}

TEST(SourceText, CountsCharactersNotBytes) {
  EXPECT_EQ(format_diagnostic({"a.yaml", "größe: ü x"}, {{1, 10}, "no"}),
            "a.yaml:1:10: error: no\ngröße: ü x\n         ^\n");
}

TEST(SourceText, ShowsNoPlaceWhereThereIsNone) {
  EXPECT_EQ(format_diagnostic({"a.yaml", "x"}, {{}, "the file is empty", Severity::kWarning}),
            "a.yaml: warning: the file is empty\n");
}

TEST(SourceText, ShowsNoLineThatIsBlankOrMissing) {
  EXPECT_EQ(format_diagnostic({"a.yaml", "x\n  \n"}, {{2, 1}, "no"}), "a.yaml:2:1: error: no\n");
  EXPECT_EQ(format_diagnostic({"a.yaml", "x\n"}, {{9, 1}, "no"}), "a.yaml:9:1: error: no\n");
}

TEST(SourceText, KnowsEveryLineEndAndSkipsAByteOrderMark) {
  const SourceText source{"a", "\xEF\xBB\xBFone\r\ntwo\rthree\nfour"};
  EXPECT_EQ(format_diagnostic(source, {{1, 1}, "no"}), "a:1:1: error: no\none\n^\n");
  EXPECT_EQ(format_diagnostic(source, {{2, 1}, "no"}), "a:2:1: error: no\ntwo\n^\n");
  EXPECT_EQ(format_diagnostic(source, {{3, 2}, "no"}), "a:3:2: error: no\nthree\n ^\n");
  EXPECT_EQ(format_diagnostic(source, {{4, 5}, "no"}), "a:4:5: error: no\nfour\n    ^\n");
}

TEST(SourceText, CutsALongLineAroundTheColumn) {
  const std::string line = std::string(500, 'a') + "X" + std::string(500, 'b');
  EXPECT_EQ(format_diagnostic({"a", line}, {{1, 501}, "no"}),
            "a:1:501: error: no\n..." + std::string(77, 'a') + "X" + std::string(76, 'b') +
                "...\n" + std::string(3 + 77, ' ') + "^\n");
  EXPECT_EQ(format_diagnostic({"a", line}, {{1, 1}, "no"}),
            "a:1:1: error: no\n" + std::string(154, 'a') + "...\n^\n");
  EXPECT_EQ(format_diagnostic({"a", line}, {{1, 1002}, "no"}),
            "a:1:1002: error: no\n..." + std::string(154, 'b') + "\n" + std::string(3 + 154, ' ') +
                "^\n");
}

TEST(SourceText, NeverDrivesTheTerminal) {
  EXPECT_EQ(format_diagnostic({"a\x1b", "k\t\x1b]0;x\x07 \xFF \xE2\x80\xAE y"}, {{1, 3}, "n\no"}),
            "a?:1:3: error: n?o\nk ?]0;x? ? ? y\n  ^\n");
}

TEST(SourceText, SortsByPosition) {
  EXPECT_EQ(format_diagnostics({"a", ""}, {{{2, 1}, "c"}, {{1, 2}, "b"}, {{2, 1}, "d"}, {{}, "a"}}),
            "a: error: a\na:1:2: error: b\na:2:1: error: c\na:2:1: error: d\n");
}

TEST(SourceText, CountsWhatComesAfterAHundred) {
  const std::string text =
      format_diagnostics({"a", ""}, std::vector<Diagnostic>(117, Diagnostic{{}, "no"}));
  EXPECT_TRUE(text.ends_with("a: error: no\na: and 17 more\n"));
}

TEST(SourceText, CutsQuotedTexts) {
  EXPECT_EQ(in_quotes("ten"), "'ten'");
  EXPECT_EQ(in_quotes(std::string(41, 'x')), "'" + std::string(40, 'x') + "...'");
  EXPECT_EQ(in_quotes("a\nb"), "'a?b'");
}

}  // namespace
}  // namespace hpsearch::runner

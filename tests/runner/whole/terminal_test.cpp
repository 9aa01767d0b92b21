// What a person sees on a terminal: colours and the pager.
#include "tests/support/terminal.h"

#include <csignal>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runner/run_support.h"

namespace hpsearch::runner {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

using Environment = std::vector<std::pair<std::string, std::string>>;

constexpr test::TerminalSize kTall{200, 100};
constexpr test::TerminalSize kFlat{6, 100};

// What the terminal shows of a whole call, which must end with `code`.
std::string seen(const RunFolder& folder,
                 const std::vector<std::string>& arguments,
                 const Environment& environment = {},
                 test::TerminalSize size = kTall,
                 int code = 0) {
  test::Terminal terminal(folder.path(), arguments, environment, size);
  EXPECT_EQ(terminal.wait(), code);
  return terminal.received();
}

std::string piped(const RunFolder& folder,
                  std::vector<std::string> arguments,
                  Environment environment = {}) {
  environment.emplace_back("COLUMNS", "100");
  return test::run_hpsearch(folder.path(), arguments, environment).out;
}

class OnATerminal : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(folder.run().code, 0); }

  std::string written(const std::string& name) const {
    std::ifstream file(folder.path() / name);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }

  RunFolder folder{small_sweep(3)};
};

TEST_F(OnATerminal, PaintsTheBestValueAndStatesAndNothingElseChanges) {
  const std::string report = seen(folder, {"report"});
  const std::string best = folder.query("SELECT trial FROM best_trials");
  EXPECT_THAT(report, HasSubstr("best: trial " + best + ", val_accuracy \033[1;32m0."));
  EXPECT_EQ(test::plain(report), piped(folder, {"report"}));
  EXPECT_THAT(seen(folder, {"list"}), HasSubstr("\033[32mcomplete\033[0m"));
  EXPECT_EQ(test::plain(seen(folder, {"list"})), piped(folder, {"list"}));
  EXPECT_EQ(test::plain(seen(folder, {"show", "1"})), piped(folder, {"show", "1"}));
  EXPECT_THAT(seen(folder, {"report", "--csv"}), Not(HasSubstr("\033")));
  EXPECT_THAT(seen(folder, {"report", "--json"}), Not(HasSubstr("\033")));
}

TEST_F(OnATerminal, PaintsTheMarksOfErrors) {
  EXPECT_EQ(seen(folder, {"lst"}, {}, kTall, 2),
            "\033[1;31mhpsearch:\033[0m unknown command 'lst'; did you mean 'list'?; see hpsearch "
            "--help\r\n");
  folder.write("bad.yaml", "dataset: {source: digits}\nrun_cap: none\n");
  EXPECT_THAT(seen(folder, {"check", "bad.yaml"}, {}, kTall, 2),
              AllOf(StartsWith("bad.yaml:2:10: \033[1;31merror:\033[0m "),
                    HasSubstr("\033[1;31m^\033[0m")));
}

TEST_F(OnATerminal, LetsTheUserDecideAboutColours) {
  struct Case {
    std::vector<std::string> options;
    Environment environment;
    bool terminal;  // colours there
    bool pipe;
  };
  const std::vector<Case> cases{
      {{}, {}, true, false},
      {{}, {{"NO_COLOR", "1"}}, false, false},
      {{}, {{"NO_COLOR", ""}}, true, false},  // as no-color.org has it
      {{}, {{"CLICOLOR", "0"}}, false, false},
      {{}, {{"CLICOLOR_FORCE", "1"}}, true, true},
      {{}, {{"CLICOLOR_FORCE", "0"}}, true, false},
      {{}, {{"CLICOLOR_FORCE", "1"}, {"NO_COLOR", "1"}}, false, false},
      {{}, {{"TERM", "dumb"}}, false, false},
      {{"--color", "never"}, {{"CLICOLOR_FORCE", "1"}}, false, false},
      {{"--color=always"}, {{"NO_COLOR", "1"}}, true, true},
      {{"--color", "auto"}, {{"NO_COLOR", "1"}}, false, false},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    std::vector<std::string> arguments{"list"};
    arguments.insert(arguments.end(), cases[i].options.begin(), cases[i].options.end());
    const auto painted = [](const std::string& text) { return text.find("\033[") != text.npos; };
    EXPECT_EQ(painted(seen(folder, arguments, cases[i].environment)), cases[i].terminal) << i;
    EXPECT_EQ(painted(piped(folder, arguments, cases[i].environment)), cases[i].pipe) << i;
  }
  const auto wrong = test::run_hpsearch(folder.path(), {"list", "--color", "alway"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_EQ(wrong.err,
            "hpsearch: --color must be one of auto, always, never; found 'alway'; did you mean "
            "'always'?\n");
}

TEST_F(OnATerminal, KeepsForeignColoursOffTheScreen) {
  folder.query("UPDATE sweeps SET name = char(27) || '[1;32mgreen' || char(27) || ']0;title'");
  const std::string list = seen(folder, {"list"});
  EXPECT_THAT(list, AllOf(HasSubstr("?[1;32mgreen?]0;title"), Not(HasSubstr("\033]"))));
}

TEST_F(OnATerminal, ShowsLongAnswersThroughThePagerOfTheUser) {
  const Environment mine{{"HPSEARCH_PAGER", "tee paged | sed 's/^/> /'"}, {"PAGER", "false"}};
  const std::string report = piped(folder, {"report"});
  const std::string shown = seen(folder, {"report"}, mine, kFlat);
  EXPECT_EQ(test::plain(written("paged")), report);
  EXPECT_THAT(written("paged"), HasSubstr("\033[1;32m")) << "as on the terminal itself";
  EXPECT_THAT(shown, StartsWith("> small: random search"));
  EXPECT_EQ(shown.find("\nsmall"), std::string::npos) << "nothing beside the pager";
  // What fits is shown at once, and so is what a script reads.
  EXPECT_EQ(test::plain(seen(folder, {"report"}, mine, kTall)), report);
  EXPECT_EQ(piped(folder, {"report"}, mine), report);
  EXPECT_EQ(test::plain(seen(folder, {"report", "--no-pager"}, mine, kFlat)), report);
  EXPECT_THAT(seen(folder, {"--help"}, mine, kFlat), StartsWith("> hpsearch tunes"));
  EXPECT_THAT(seen(folder, {"report", "--json"}, mine, kFlat), StartsWith("> {\"format\":1"))
      << "one line that is longer than the screen";
}

TEST_F(OnATerminal, TakesTheFirstPagerThatIsNamed) {
  const auto with = [&](const Environment& environment) {
    return test::plain(seen(folder, {"report"}, environment, kFlat));
  };
  const std::string report = piped(folder, {"report"});
  EXPECT_EQ(with({{"PAGER", "sed 's/^/> /'"}}).find("> small"), 0U);
  EXPECT_EQ(with({{"HPSEARCH_PAGER", ""}, {"PAGER", "sed 's/^/> /'"}}), report);
  EXPECT_EQ(with({{"HPSEARCH_PAGER", "cat"}, {"PAGER", "sed 's/^/> /'"}}), report);
  EXPECT_EQ(with({{"PAGER", ""}}), report);
  EXPECT_EQ(with({{"PAGER", "sed 's/^/> /'"}, {"TERM", "dumb"}}), report);
  // less, as git starts it: LESS says what it should do, unless the user has said so.
  EXPECT_EQ(with({{"PAGER", "cat >/dev/null; echo LESS is $LESS"}}), "LESS is FRX\n");
  EXPECT_EQ(with({{"PAGER", "cat >/dev/null; echo LESS is $LESS"}, {"LESS", "S"}}), "LESS is S\n");
}

TEST_F(OnATerminal, ShowsTheAnswerWithoutAPagerThatIsNotThere) {
  const std::string report = piped(folder, {"report"});
  const std::string shown =
      test::plain(seen(folder, {"report"}, {{"PAGER", "no-such-pager -x"}}, kFlat));
  EXPECT_THAT(shown, AllOf(HasSubstr("not found"), testing::EndsWith(report)));
  // Nobody has asked for less: where it is missing, nothing is said.
  EXPECT_EQ(test::plain(seen(folder, {"report"}, {{"PATH", folder.path().string()}}, kFlat)),
            report);
}

TEST_F(OnATerminal, EndsQuietlyWhenThePagerIsLeft) {
  // More than a pipe holds, so that writing meets the end of the reader.
  for (int i = 0; i < 12; ++i) {
    folder.query(
        "INSERT INTO events(at, sweep_id, kind, detail_json) SELECT at, sweep_id, kind, "
        "detail_json "
        "FROM events");
  }
  EXPECT_GT(piped(folder, {"show"}).size(), 100'000U);
  EXPECT_EQ(seen(folder, {"show"}, {{"PAGER", "head -n 1"}}, kFlat),
            "small: random search, maximize val_accuracy\r\n");
  EXPECT_EQ(seen(folder, {"show"}, {{"PAGER", "true"}}, kFlat), "");
  EXPECT_EQ(seen(folder, {"show"}, {{"PAGER", "cat >/dev/null; exit 5"}}, kFlat), "");
}

TEST_F(OnATerminal, LeavesCtrlCToThePager) {
  // The pager says when it reads, and goes on after the interrupt.
  folder.write("pager.sh",
               "trap 'echo interrupted' INT\ncat >/dev/null\necho ready\nread answer </dev/tty\n"
               "read answer </dev/tty\necho left with $answer\n");
  test::Terminal terminal(folder.path(), {"report"}, {{"PAGER", "sh pager.sh"}}, kFlat);
  ASSERT_TRUE(terminal.wait_for("ready"));
  terminal.type("\x03");
  ASSERT_TRUE(terminal.wait_for("interrupted"));
  terminal.type("x\rq\r");
  EXPECT_EQ(terminal.wait(), 0);
  EXPECT_THAT(terminal.received(), HasSubstr("left with "));
}

}  // namespace
}  // namespace hpsearch::runner

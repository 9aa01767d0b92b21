// The command line: help, options, and the sentences for its mistakes.

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runner/commands/command.h"
#include "tests/runner/run_support.h"

namespace hpsearch::runner {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

test::ProcessResult call(const std::vector<std::string>& arguments) {
  const test::TempFolder folder;
  return test::run_hpsearch(folder.path(), arguments);
}

struct Mistake {
  std::vector<std::string> arguments;
  std::string message;
};

TEST(CommandLine, ExplainsEveryMistake) {
  const std::vector<Mistake> mistakes{
      {{"rum", "x.yaml"},
       "hpsearch: unknown command 'rum'; did you mean 'run'?; see hpsearch --help\n"},
      {{"run"}, "hpsearch: 'run' needs FILE...; see hpsearch run --help\n"},
      {{"run", "no.yaml"},
       "hpsearch: no.yaml: cannot be read; check the name and the permissions\n"},
      {{"run", "."}, "hpsearch: .: is a folder; name the sweep file in it\n"},
      {{"run", "x.yaml", "--worker", "2"},
       "hpsearch: unknown option '--worker'; did you mean '--workers'?\n"},
      {{"run", "x.yaml", "--workers", "0"},
       "hpsearch: --workers must be a whole number from 1 to 1024; found '0'\n"},
      {{"run", "x.yaml", "--workers", "-1"},
       "hpsearch: --workers must be a whole number from 1 to 1024; found '-1'\n"},
      {{"run", "x.yaml", "--workers", "100000"},
       "hpsearch: --workers must be a whole number from 1 to 1024; found '100000'\n"},
      {{"run", "x.yaml", "--workers", "2x"},
       "hpsearch: --workers must be a whole number from 1 to 1024; found '2x'\n"},
      {{"run", "x.yaml", "--seed", "010"},
       "hpsearch: --seed must be a whole number from 0 to 9007199254740991; found '010'\n"},
      {{"run", "x.yaml", "--seed=-1"},
       "hpsearch: --seed must be a whole number from 0 to 9007199254740991; found '-1'\n"},
      {{"run", "x.yaml", "--workers", "1", "--workers", "2"},
       "hpsearch: option '--workers' cannot be specified more than once; see --help\n"},
      {{"run", "x.yaml", "--db"},
       "hpsearch: the required argument for option '--db' is missing; see --help\n"},
      {{"--workers", "2", "run", "no.yaml"},
       "hpsearch: no.yaml: cannot be read; check the name and the permissions\n"},
      {{"run", "x.yaml", "--sweep", "y"},
       "hpsearch: 'run' takes no --sweep: the file names the sweep\n"},
      {{"run", "x.yaml", "--db", ""},
       "hpsearch: --db needs a file name, or the URL of a database\n"},
      {{"report", "x"},
       "hpsearch: 'x': trial numbers need --curves or --compare; see hpsearch report --help\n"},
      {{"list", "x"}, "hpsearch: 'list' takes no arguments; found 'x'; see hpsearch list --help\n"},
      {{"list", "--sweep", "x"}, "hpsearch: 'list' takes no --sweep: it lists all sweeps\n"},
      {{"show", "1", "2"},
       "hpsearch: 'show' takes only one argument; found '2'; see hpsearch show --help\n"},
      {{"stop", "1"}, "hpsearch: 'stop' takes no arguments; found '1'; see hpsearch stop --help\n"},
      {{"check", "x.yaml", "--sweep", "x"},
       "hpsearch: 'check' takes no --sweep: it checks a file, not a stored sweep\n"},
      {{"serve", "--sweep", "x"},
       "hpsearch: 'serve' takes no --sweep: its page has a menu of all sweeps\n"},
      {{"init", "--sweep", "x"}, "hpsearch: 'init' takes no --sweep: it writes a new sweep file\n"},
      {{"report", "--top", "2x"},
       "hpsearch: --top must be a whole number from 1 to 1000000000; found '2x'\n"},
      {{"report", "--sort"},
       "hpsearch: the required argument for option '--sort' is missing; see --help\n"},
      {{"report", "--fresh"}, "hpsearch: unknown option '--fresh'; see --help\n"},
  };
  for (const Mistake& mistake : mistakes) {
    const auto result = call(mistake.arguments);
    EXPECT_EQ(result.code, 2) << mistake.message;
    EXPECT_EQ(result.err, mistake.message);
    EXPECT_EQ(result.out, "");
  }
}

TEST(CommandLine, PrintsHelpAndVersion) {
  const auto help = call({"--help"});
  EXPECT_EQ(help.code, 0);
  EXPECT_THAT(help.out, HasSubstr("hpsearch run sweep.yaml     search; run again to resume"));
  EXPECT_THAT(help.out, HasSubstr("\nResults\n"
                                  "  report [N...]               show what a sweep found\n"));
  EXPECT_THAT(call({"run", "--help"}).out, HasSubstr("--fresh"));
  EXPECT_THAT(call({"report", "-h"}).out, HasSubstr("--best"));
  EXPECT_EQ(call({"--help", "--help"}).out, help.out) << "asked twice";
  EXPECT_EQ(call({"report", "--help", "--help"}).code, 0);
  EXPECT_THAT(call({"--version"}).out, StartsWith("hpsearch 0."));
  const auto no_verb = call({"--db", "x.db"});
  EXPECT_EQ(no_verb.code, 2);
  EXPECT_EQ(no_verb.err, help.out);
}

TEST(CommandLine, AloneLeadsOnInTenLines) {
  const auto alone = call({});
  EXPECT_EQ(alone.code, 0);
  EXPECT_EQ(alone.err, "");
  std::istringstream lines(alone.out);
  int count = 0;
  std::vector<std::string> shown;
  for (std::string line; std::getline(lines, line); ++count) {
    EXPECT_LE(line.size(), 80U) << line;
    if (line.starts_with("  hpsearch ")) {
      shown.push_back(line.substr(11, line.find(' ', 11) - 11));
    }
  }
  EXPECT_EQ(count, 10);
  EXPECT_EQ(shown.size(), 6U);
  for (const std::string& verb : shown) {  // each of them exists
    EXPECT_EQ(call({verb, "--help"}).code, 0) << verb;
  }
}

TEST(CommandLine, ExplainsEveryCommand) {
  const std::string all = call({"--help"}).out;
  for (const Command& command : command_table()) {
    const std::string name(command.name);
    EXPECT_THAT(all, HasSubstr("\n  " + name));
    EXPECT_THAT(all, HasSubstr(std::string(command.summary)));
    const auto help = call({name, "--help"});
    EXPECT_EQ(help.code, 0);
    EXPECT_THAT(help.out, StartsWith("hpsearch " + name + " "));
    EXPECT_THAT(help.out, HasSubstr("\n  hpsearch " + name)) << "an example";
    EXPECT_THAT(help.out, HasSubstr("\nExit codes: 0 "));
    EXPECT_THAT(help.out, HasSubstr("\n  --db FILE "));
    std::istringstream lines(help.out);
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(line.size(), 100U) << line;
    }
  }
}

// --help offers --sweep exactly where the command accepts it.
TEST(CommandLine, OffersASweepOnlyWhereACommandTakesOne) {
  for (const Command& command : command_table()) {
    const std::string name(command.name);
    std::vector<std::string> arguments{name, "--sweep", "x"};
    if (command.needs_operand()) {
      arguments.emplace_back("x.yaml");
    }
    const bool refused = call(arguments).err.find("takes no --sweep") != std::string::npos;
    const bool offered = call({name, "--help"}).out.find("\n  --sweep NAME ") != std::string::npos;
    EXPECT_NE(refused, offered) << name;
  }
}

TEST(CommandLine, RefusesAbbreviatedAndRepeatedOptionsOfEveryCommand) {
  for (const Command& command : command_table()) {
    const std::string name(command.name);
    const std::vector<Mistake> mistakes{
        {{name, "--swee", "x"}, "hpsearch: unknown option '--swee'; did you mean '--sweep'?\n"},
        {{name, "-j", "0"}, "hpsearch: unknown option '-j'; see --help\n"},
        {{name, "--db", "a", "--db", "b"},
         "hpsearch: option '--db' cannot be specified more than once; see --help\n"},
        {{name, "--colour"}, "hpsearch: unknown option '--colour'; did you mean '--color'?\n"},
    };
    for (const Mistake& mistake : mistakes) {
      const auto result = call(mistake.arguments);
      EXPECT_EQ(result.code, 2) << name;
      EXPECT_EQ(result.err, mistake.message) << name;
    }
  }
}

TEST(CommandLine, FindsTheDatabaseByOptionThenByEnvironment) {
  const RunFolder folder(small_sweep(2));
  EXPECT_EQ(test::run_hpsearch(folder.path(), {"--db", "a.db", "run", "sweep.yaml"}).code, 0);
  EXPECT_EQ(
      test::run_hpsearch(folder.path(), {"run", "sweep.yaml"}, {{"HPSEARCH_DB", "b.db"}}).code, 0);
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "a.db"));
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "b.db"));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "hpsearch.db"));
  EXPECT_EQ(test::run_hpsearch(folder.path(), {"report", "--db=a.db", "--sweep", "SMALL"}).code, 0);
}

TEST(CommandLine, TakesEveryNameOfADatabaseForAFile) {
  const RunFolder folder(small_sweep(1));
  for (const char* name : {":memory:", "file:x.db", "a?b#c%20.db"}) {
    EXPECT_EQ(folder.run({"--db", name}).code, 0) << name;
    EXPECT_TRUE(std::filesystem::exists(folder.path() / name)) << name;
    EXPECT_EQ(folder.report({"--db", name}).code, 0) << name;
  }
}

TEST(CommandLine, SaysWhatIsThereWhenASweepIsNot) {
  const RunFolder folder(small_sweep(2));
  folder.run();
  const auto result = folder.report({"--sweep", "tiny"});
  EXPECT_EQ(result.code, 2);
  EXPECT_EQ(result.err, "hpsearch: hpsearch.db: has no sweep 'tiny'; it has: small\n");
  EXPECT_EQ(folder.report({"--compare", "1", "x"}).err,
            "hpsearch: --compare takes two trials or two sweeps; '1' is the number of a trial and "
            "'x' is not\n");
  const auto host =
      test::run_hpsearch(folder.path(), {"serve", "--host", "no.such.host.invalid", "--port", "0"});
  EXPECT_EQ(host.code, 1);
  EXPECT_THAT(host.err, StartsWith("hpsearch: --host no.such.host.invalid: "));
  const auto missing = call({"report"});
  EXPECT_EQ(missing.code, 1);
  EXPECT_EQ(
      missing.err,
      "hpsearch: hpsearch.db: no such database; run a sweep first, or choose a file with --db\n");
}

TEST(CommandLine, FitsTheReportIntoTheTerminal) {
  const RunFolder folder(small_sweep(3));
  folder.run();
  for (const char* columns : {"20", "60", "80", "200"}) {
    const auto result = test::run_hpsearch(folder.path(), {"report"}, {{"COLUMNS", columns}});
    EXPECT_EQ(result.code, 0);
    const bool all = result.out.find("learning_rate\n") != std::string::npos;
    EXPECT_EQ(all, std::string(columns).size() > 2 || std::string(columns) == "80") << result.out;
  }
}

}  // namespace
}  // namespace hpsearch::runner

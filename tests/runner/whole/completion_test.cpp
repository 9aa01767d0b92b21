// Completion on Tab, by a real bash.
#include <csignal>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test_locations.h"
#include "tests/runner/run_support.h"
#include "tests/support/terminal.h"

namespace hpsearch::runner {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// What bash offers for the words of a line, the last of which is being typed: one a line.
std::string offered(const RunFolder& folder, const std::string& words) {
  folder.write("ask.sh", "cd '" + folder.path().string() +
                             "'\nsource <('" HPSEARCH_BINARY
                             "' completion bash)\nCOMP_WORDS=('" HPSEARCH_BINARY "' " +
                             words +
                             ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_hpsearch\n"
                             "printf '%s\\n' \"${COMPREPLY[@]}\"\n");
  std::FILE* shell =
      popen(("bash '" + (folder.path() / "ask.sh").string() + "' 2>&1").c_str(), "r");
  std::string text;
  for (int c = std::fgetc(shell); c != EOF; c = std::fgetc(shell)) {
    text += static_cast<char>(c);
  }
  pclose(shell);
  return text;
}

class Completion : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(folder.run().code, 0); }
  RunFolder folder{small_sweep(3)};
};

TEST_F(Completion, OffersVerbsAndOptions) {
  EXPECT_EQ(offered(folder, "sho"), "show\n");
  EXPECT_EQ(offered(folder, "re"), "retry\nreport\n");
  EXPECT_THAT(offered(folder, "''"), AllOf(HasSubstr("run\n"), HasSubstr("completion\n")));
  EXPECT_EQ(offered(folder, "report --so"), "--sort\n");
  EXPECT_THAT(offered(folder, "run --"),
              AllOf(HasSubstr("--workers\n"), HasSubstr("--db\n"), Not(HasSubstr("--sweep"))));
  EXPECT_EQ(offered(folder, "completion f"), "fish\n");
}

TEST_F(Completion, OffersWhatTheDatabaseHolds) {
  EXPECT_EQ(offered(folder, "report --sweep ''"), "small\n");
  EXPECT_EQ(offered(folder, "show ''"), "0\n1\n2\n");
  EXPECT_EQ(offered(folder, "predict --trial b"), "best\n");
  EXPECT_EQ(offered(folder, "enqueue l"), "l2=\nlearning_rate=\n");
  EXPECT_EQ(offered(folder, "retry ''"), "\n") << "no trial has failed";
  const std::filesystem::path other = folder.path() / "other.db";
  std::filesystem::rename(folder.path() / "hpsearch.db", other);
  EXPECT_EQ(offered(folder, "show ''"), "\n");
  EXPECT_EQ(offered(folder, "show --db other.db ''"), "0\n1\n2\n");
}

TEST_F(Completion, GoesOnBehindAnEqualsSignWhichBashTakesForTheEndOfAWord) {
  EXPECT_EQ(offered(folder, "report --sort = va"), "value\n");
  EXPECT_EQ(offered(folder, "report --sort = lea"), "learning_rate\n");
  EXPECT_EQ(offered(folder, "export --format = on"), "onnx\n");
  EXPECT_EQ(offered(folder, "run --set training.batch_s"), "training.batch_size=\n");
}

TEST_F(Completion, OffersColoursAndFields) {
  EXPECT_EQ(offered(folder, "list --color a"), "auto\nalways\n");
  EXPECT_EQ(offered(folder, "--color n"), "never\n");
  EXPECT_EQ(offered(folder, "list --no-"), "--no-pager\n");
  EXPECT_EQ(offered(folder, "list --fields me"), "method\nmetric\n");
  EXPECT_EQ(offered(folder, "list --fields sweep,sta"), "sweep,state\nsweep,started\n");
  EXPECT_EQ(offered(folder, "report --fields trial,le"), "trial,learning_rate\n");
  EXPECT_EQ(offered(folder, "show 1 --csv --fields train_l"), "train_loss\n");
  EXPECT_EQ(offered(folder, "show --fields e"), "event\n");
  EXPECT_EQ(offered(folder, "report --fields = trial,se"), "trial,seconds\n");
}

// The screen after these keys; '\t' asks for completion.
std::string typed(const RunFolder& folder, const std::string& keys, const std::string& until) {
  folder.write("rc", "source <('" HPSEARCH_BINARY
                     "' completion bash)\nPS1='$ '\n"
                     "bind 'set bell-style none'\nbind 'set enable-bracketed-paste off'\n"
                     "hpsearch() { printf '<%s>' \"$@\"; echo .; }\n"
                     "complete -o default -F _ask hpsearch\n"
                     // The function would otherwise be called to complete.
                     "_ask() { COMP_WORDS[0]='" HPSEARCH_BINARY "'; _hpsearch; }\n");
  test::Terminal shell(folder.path(), {"--rcfile", "rc", "-i"}, {{"HOME", folder.path().string()}},
                       {}, "/bin/bash");
  EXPECT_TRUE(shell.wait_for("$ "));
  shell.type(keys);
  EXPECT_TRUE(shell.wait_for(until)) << shell.received();
  // Ctrl-C would take what is typed behind it along.
  shell.type(
      "\x15"
      "exit\r");
  shell.wait();
  return shell.received();
}

TEST_F(Completion, QuotesNamesAsTheUserHasBegunTo) {
  folder.query("UPDATE sweeps SET name = 'my $1 \"best\" sweep'");
  EXPECT_EQ(offered(folder, "report --sweep \"'\""), "my $1 \"best\" sweep\n") << "in quotes";
  EXPECT_EQ(offered(folder, "report --sweep m"), "my\\ \\$1\\ \\\"best\\\"\\ sweep\n");
  // By a shell with readline: the whole name arrives as one word, however it was begun.
  const std::string word = "<report><--sweep><my $1 \"best\" sweep>.";
  typed(folder, "hpsearch report --sweep \t\r", word);
  typed(folder, "hpsearch report --sweep my\\ \t\r", word);
  typed(folder, "hpsearch report --sweep 'my \t\r", word);
  typed(folder, "hpsearch rep\t--sw\tm\t\r", word);
  typed(folder, "hpsearch report --sweep=m\t\r", "<report><--sweep=my $1 \"best\" sweep>.");
}

// Every file of the folder with its bytes, and when the folder itself has changed.
std::map<std::string, std::string> state_of(const std::filesystem::path& folder) {
  std::map<std::string, std::string> state;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    state[entry.path().string()] = text.str();
  }
  state["."] = std::to_string(std::filesystem::last_write_time(folder).time_since_epoch().count());
  return state;
}

TEST_F(Completion, TouchesNoFile) {
  const std::filesystem::path place = folder.path() / "place";
  std::filesystem::create_directory(place);
  std::filesystem::rename(folder.path() / "hpsearch.db", place / "ended.db");
  const auto ended = state_of(place);
  EXPECT_EQ(offered(folder, "show --db place/ended.db ''"), "0\n1\n2\n");
  EXPECT_EQ(offered(folder, "report --db place/ended.db --sort le"), "learning_rate\n");
  EXPECT_EQ(state_of(place), ended) << "not even SQLite's own files have come and gone";
  // A run that was killed leaves a log, which the next run reads; nobody else cleans it up.
  folder.write("long.yaml", long_sweep());
  test::Process run(folder.path(), {"run", "long.yaml", "--db", "place/killed.db"});
  ASSERT_TRUE(run.wait_until(
      [&] { return test::query(place / "killed.db", "SELECT count(*) FROM epochs") > "0"; }));
  run.signal(SIGKILL);
  run.wait();
  const auto killed = state_of(place);
  ASSERT_TRUE(killed.contains((place / "killed.db-wal").string()));
  EXPECT_EQ(offered(folder, "report --db place/killed.db --sweep ''"), "long\n");
  auto now = state_of(place);
  // The shared memory of those who read the log is no file to keep.
  now[(place / "killed.db-shm").string()] = killed.at((place / "killed.db-shm").string());
  EXPECT_EQ(now, killed);
}

TEST_F(Completion, LeavesFilesToTheShellAndWritesNothing) {
  EXPECT_EQ(offered(folder, "run s"), "\n");
  EXPECT_EQ(offered(folder, "report --html p"), "\n");
  EXPECT_EQ(offered(folder, "nonsense ''"), offered(folder, "''"));
  const RunFolder empty("name: x\n");
  EXPECT_EQ(offered(empty, "show ''"), "\n");
  EXPECT_FALSE(std::filesystem::exists(empty.path() / "hpsearch.db"));
  folder.write("bad.db", std::string(4096, 'x'));
  EXPECT_EQ(offered(folder, "show --db bad.db ''"), "\n");
}

TEST_F(Completion, RefusesAShellThatItDoesNotKnow) {
  const auto result = test::run_hpsearch(folder.path(), {"completion", "fisch"});
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err, HasSubstr("did you mean 'fish'?"));
}

}  // namespace
}  // namespace hpsearch::runner

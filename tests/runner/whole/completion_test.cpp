// Completion on Tab, by a real bash.
#include <cstdio>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test_locations.h"
#include "tests/runner/run_support.h"

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

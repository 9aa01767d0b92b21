// The sweep file to begin with.

#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/process.h"
#include "tests/support/temp_folder.h"

namespace hpsearch::runner {
namespace {

using ::testing::HasSubstr;

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Init, WritesASweepThatRunsAtOnce) {
  const test::TempFolder folder;
  const auto init = test::run_hpsearch(folder.path(), {"init"});
  EXPECT_EQ(init.code, 0);
  EXPECT_EQ(init.out, "");
  EXPECT_EQ(init.err,
            "wrote sweep.yaml; to see what it does, to run it, and to see what it found:\n"
            "  hpsearch check sweep.yaml\n  hpsearch run sweep.yaml\n  hpsearch report\n");
  const auto run = test::run_hpsearch(folder.path(), {"run", "sweep.yaml"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.out,
              testing::MatchesRegex("sweep: bayes search, maximize val_accuracy\n"
                                    "trials: [0-9]+ of 40 complete, [0-9]+ pruned\n(.|\n)*"));
}

TEST(Init, LeavesAFileThatIsThereAsItIs) {
  const test::TempFolder folder;
  folder.write("mine.yaml", "x");
  std::filesystem::create_symlink("nowhere", folder.path() / "link.yaml");
  for (const char* name : {"mine.yaml", "link.yaml", "."}) {
    const auto init = test::run_hpsearch(folder.path(), {"init", name});
    EXPECT_EQ(init.code, 2);
    EXPECT_EQ(init.err, std::string("hpsearch: ") + name +
                            ": exists already; name another file to write, such as NAME.yaml. If "
                            "it is a table of yours: hpsearch init --data " +
                            name + "\n");
  }
  EXPECT_EQ(read_file(folder.path() / "mine.yaml"), "x");
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "nowhere"));
}

TEST(Init, SaysWhyItCannotWriteAndLeavesNothingBehind) {
  const test::TempFolder folder;
  const auto init = test::run_hpsearch(folder.path(), {"init", "no/sweep.yaml"});
  EXPECT_EQ(init.code, 1);
  EXPECT_EQ(init.err,
            "hpsearch: no/sweep.yaml: cannot be written: No such file or directory; check that the "
            "folder exists and that you may write to it\n");
  test::run_hpsearch(folder.path(), {"init", "a.yaml"});
  test::run_hpsearch(folder.path(), {"init", "a.yaml"});
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    files.push_back(entry.path().filename());
  }
  EXPECT_THAT(files, testing::ElementsAre("a.yaml"));
}

TEST(Init, QuotesTheNameThatIsToBeTypedAgain) {
  const test::TempFolder folder;
  EXPECT_THAT(test::run_hpsearch(folder.path(), {"init", "my sweep.yaml"}).err,
              HasSubstr("\n  hpsearch run 'my sweep.yaml'\n"));
  EXPECT_EQ(test::run_hpsearch(folder.path(), {"init", ""}).err,
            "hpsearch: 'init' needs the name of a file, or none for sweep.yaml\n");
  EXPECT_EQ(test::run_hpsearch(folder.path(), {"init", "a", "b"}).err,
            "hpsearch: 'init' takes only one argument; found 'b'; see hpsearch init --help\n");
}

}  // namespace
}  // namespace hpsearch::runner

// `rm`: what goes, what stays, and who is asked.
#include <csignal>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runner/run_support.h"

namespace hpsearch::runner {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class Remove : public testing::Test {
 protected:
  Remove() {
    folder.run();
    folder.write("other.yaml", small_sweep(2));
    call({"run", "other.yaml", "--set", "name=other"});
  }

  test::ProcessResult call(const std::vector<std::string>& arguments) const {
    return test::run_hpsearch(folder.path(), arguments);
  }
  fs::path files(int sweep) const {
    return folder.path() / "hpsearch.db.files" / fmt::format("sweep{}", sweep);
  }

  RunFolder folder{small_sweep(3)};
};

TEST_F(Remove, TakesASweepWithItsFiles) {
  ASSERT_TRUE(fs::exists(files(1) / "best.safetensors"));
  const std::string other = folder.report({"--sweep", "other"}).out;
  const auto result = call({"rm", "small", "--yes"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out,
              testing::MatchesRegex("removed 'small' \\(3 trials, 12 epochs, 3 files of .*B\\)\n"));
  EXPECT_FALSE(fs::exists(files(1)));
  EXPECT_TRUE(fs::exists(files(2) / "best.safetensors"));
  EXPECT_FALSE(fs::exists(folder.path() / "hpsearch.db.sweep1.lock"));
  EXPECT_EQ(folder.report({"--sweep", "other"}).out, other);
  EXPECT_EQ(folder.query("SELECT COUNT(*) FROM sweeps"), "1");
  EXPECT_EQ(folder.query("SELECT COUNT(*) FROM epochs"), "8");
  EXPECT_EQ(folder.query("SELECT COUNT(*) FROM sqlite_master WHERE name = 'trials_small'"), "0");
}

TEST_F(Remove, FreesTheNameAndTheSpace) {
  const auto before = fs::file_size(folder.path() / "hpsearch.db");
  folder.query(
      "WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 30000) INSERT "
      "INTO epochs(trial_id, epoch) SELECT 1, i FROM n");
  EXPECT_EQ(call({"rm", "small", "--yes"}).code, 0);
  EXPECT_LE(fs::file_size(folder.path() / "hpsearch.db"), before);
  EXPECT_FALSE(fs::exists(folder.path() / "hpsearch.db-wal"));
  EXPECT_EQ(folder.run().code, 0);
  EXPECT_EQ(folder.query("SELECT COUNT(*) FROM trials t JOIN sweeps USING(sweep_id) "
                         "WHERE name = 'small'"),
            "3");
}

TEST_F(Remove, TakesSeveralAtOnceAndTheLastFolderWithThem) {
  EXPECT_EQ(call({"rm", "small", "other", "SMALL", "--yes"}).code, 0);
  EXPECT_FALSE(fs::exists(folder.path() / "hpsearch.db.files"));
  EXPECT_THAT(call({"list"}).err, HasSubstr("has no sweeps yet"));
}

TEST_F(Remove, AsksWhoeverIsThere) {
  const auto result = call({"rm", "small"});
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err, HasSubstr("nobody can be asked; add --yes"));
  EXPECT_EQ(folder.query("SELECT COUNT(*) FROM sweeps"), "2");
}

TEST_F(Remove, TakesNothingThatIsNotNamed) {
  EXPECT_EQ(call({"rm", "--yes"}).code, 2);
  EXPECT_EQ(call({"rm", "small", "none", "--yes"}).code, 2) << "all or none";
  EXPECT_EQ(folder.query("SELECT COUNT(*) FROM sweeps"), "2");
  EXPECT_EQ(call({"rm", "--sweep", "other", "--yes"}).code, 0);
  EXPECT_EQ(folder.query("SELECT name FROM sweeps"), "small");
}

TEST_F(Remove, NeverTakesWhatAProcessRuns) {
  folder.write("long.yaml", long_sweep());
  test::Process process(folder.path(), {"run", "long.yaml"});
  ASSERT_TRUE(process.wait_until([&] {
    return folder.query("SELECT 1 FROM epochs JOIN trials USING(trial_id) WHERE sweep_id = 3") ==
           "1";
  }));
  const auto result = call({"rm", "small", "long", "--yes"});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, AllOf(HasSubstr("long"), HasSubstr(std::to_string(process.pid()))));
  EXPECT_EQ(folder.query("SELECT COUNT(*) FROM sweeps"), "3");
  // Others can go meanwhile; the run is not held up by a file that is written anew.
  const auto other = call({"rm", "small", "--yes"});
  EXPECT_EQ(other.code, 0) << other.err;
  EXPECT_THAT(other.err, HasSubstr("keeps its size while a run writes to it"));
  process.signal(SIGTERM);
  EXPECT_EQ(process.wait().code, 130);
}

TEST_F(Remove, LeavesFilesElsewhereThatALinkNames) {
  folder.write("elsewhere/precious.txt", "mine");
  fs::remove_all(files(1));
  fs::create_directory_symlink(folder.path() / "elsewhere", files(1));
  EXPECT_EQ(call({"rm", "small", "--yes"}).code, 0);
  EXPECT_FALSE(fs::exists(fs::symlink_status(files(1))));
  EXPECT_TRUE(fs::exists(folder.path() / "elsewhere" / "precious.txt"));
}

// The rows may have been written by anyone.
TEST_F(Remove, LeavesFilesThatRowsNameOutsideOfItsFolder) {
  folder.write("x.db.files/sweep1/best.safetensors", "another database's");
  folder.query(
      "UPDATE artifacts SET path = 'x.db.files/sweep1/best.safetensors' "
      "WHERE name = 'weights' AND trial_id IN (SELECT trial_id FROM trials WHERE sweep_id = 1)");
  EXPECT_EQ(call({"rm", "small", "--yes"}).code, 0);
  EXPECT_TRUE(fs::exists(folder.path() / "x.db.files/sweep1/best.safetensors"));
}

}  // namespace
}  // namespace hpsearch::runner

// Sweeps and winners that are run again from the database alone.
#include <cstdlib>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test_locations.h"
#include "tests/runner/run_support.h"

namespace hpsearch::runner {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string digest_in(const std::string& out) {
  const std::size_t at = out.find("digest: ");
  return at == std::string::npos ? out : out.substr(at + 8, 16);
}

std::string table() {
  std::string csv = "a,b,y\n";
  for (int i = 0; i < 60; ++i) {
    csv += fmt::format("{},{},{}\n", i % 7, (i * 5) % 11, (i % 7) * 2 + (i * 5) % 11);
  }
  return csv;
}

std::string table_sweep() {
  return "name: table\n"
         "run_cap: 3\n"
         "dataset: {source: data/t.csv, target: y}\n"
         "model: {hidden: [4]}\n"
         "training: {epochs: 3, batch_size: 16}\n"
         "parameters:\n"
         "  learning_rate: {min: 1e-3, max: 0.1, scale: log}\n";
}

class Repeat : public testing::Test {
 protected:
  Repeat() {
    folder.write("project/data/t.csv", table());
    folder.write("project/sweep.yaml", table_sweep());
    fs::create_directory(folder.path() / "elsewhere");
    digest = digest_in(test::run_hpsearch(folder.path() / "project", {"run", "sweep.yaml"}).out);
  }

  // In another folder than that of the sweep.
  test::ProcessResult elsewhere(const std::vector<std::string>& arguments) const {
    return test::run_hpsearch(folder.path() / "elsewhere", arguments);
  }

  test::TempFolder folder;
  std::string digest;
};

TEST_F(Repeat, GivesTheSameDigestElsewhere) {
  for (const char* from : {"../project/hpsearch.db", "../project/hpsearch.db:table"}) {
    fs::remove(folder.path() / "elsewhere" / "new.db");
    const auto result = elsewhere({"run", "--from-db", from, "--db", "new.db"});
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_EQ(digest_in(result.out), digest);
  }
  EXPECT_EQ(test::query(folder.path() / "elsewhere" / "new.db", "SELECT config_yaml FROM sweeps"),
            table_sweep());
  // A run of the original file continues it.
  const auto again = test::run_hpsearch(folder.path() / "project",
                                        {"run", "sweep.yaml", "--db", "../elsewhere/new.db"});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_THAT(again.err, HasSubstr("already complete"));
}

TEST_F(Repeat, FindsTheDataBelowTheWorkingFolderWhereItHasMoved) {
  folder.write("elsewhere/data/t.csv", table());
  fs::remove_all(folder.path() / "project" / "data");
  const auto result = elsewhere({"run", "--from-db", "../project/hpsearch.db", "--db", "new.db"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(digest_in(result.out), digest);
}

TEST_F(Repeat, RefusesOtherData) {
  folder.write("project/data/t.csv", table() + "1,2,3\n");
  const auto result = elsewhere({"run", "--from-db", "../project/hpsearch.db", "--db", "new.db"});
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err,
              AllOf(HasSubstr("sweep 'table' of ../project/hpsearch.db cannot be repeated"),
                    HasSubstr("the checksums differ")));
  EXPECT_FALSE(fs::exists(folder.path() / "elsewhere" / "new.db"));
  const auto missing = [&] {
    fs::remove_all(folder.path() / "project" / "data");
    return elsewhere({"run", "--from-db", "../project/hpsearch.db", "--db", "new.db"});
  }();
  EXPECT_EQ(missing.code, 2);
  EXPECT_THAT(missing.err, HasSubstr("data/t.csv"));
}

TEST_F(Repeat, RepeatsInTheSameDatabaseWithFresh) {
  const auto in = [&](const std::vector<std::string>& arguments) {
    return test::run_hpsearch(folder.path() / "project", arguments);
  };
  EXPECT_THAT(in({"run", "--from-db", "table"}).err, HasSubstr("already complete"));
  const auto result = in({"run", "--from-db", "table", "--fresh"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(digest_in(result.out), digest);
  const auto aside = in({"run", "--from-db", "table~1", "--db", "hpsearch.db", "--fresh"});
  EXPECT_EQ(aside.code, 0) << aside.err;
  EXPECT_EQ(digest_in(aside.out), digest);
}

TEST_F(Repeat, SaysWhatItCannotFind) {
  EXPECT_EQ(elsewhere({"run", "--from-db", "none.db"}).code, 2);
  EXPECT_THAT(elsewhere({"run", "--from-db", "../project/hpsearch.db:other"}).err,
              HasSubstr("has no sweep 'other'; it has: table"));
  EXPECT_EQ(elsewhere({"run", "x.yaml", "--from-db", "../project/hpsearch.db"}).code, 2);
}

// What the sweep began with is in its database; the other one may be gone.
TEST(RepeatWarm, BeginsWithTheResultsThatTheSweepBeganWith) {
  const RunFolder folder(small_sweep(4));
  folder.run();
  fs::rename(folder.path() / "hpsearch.db", folder.path() / "old.db");
  folder.write("warm.yaml", small_sweep(5, "method: tpe\nsearch: {warm_start: old.db}\n"));
  const auto first = test::run_hpsearch(folder.path(), {"run", "warm.yaml", "--set", "name=warm"});
  ASSERT_EQ(first.code, 0) << first.err;
  fs::remove(folder.path() / "old.db");
  const auto again =
      test::run_hpsearch(folder.path(), {"run", "--from-db", "hpsearch.db:warm", "--db", "new.db"});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(digest_in(again.out), digest_in(first.out));
}

TEST(RepeatForeign, DoesNotRunWhatNobodyHasRead) {
  const RunFolder folder(small_sweep(2, "on_finish: touch done\n"));
  folder.run();
  fs::remove(folder.path() / "done");
  EXPECT_EQ(
      test::run_hpsearch(folder.path(), {"run", "--from-db", "hpsearch.db:small", "--db", "n.db"})
          .code,
      0);
  EXPECT_FALSE(fs::exists(folder.path() / "done"));
}

// The line that `report --best` shows, in a shell.
TEST(RepeatWinner, TheLineInTheReportTrainsItAgainToTheSameBits) {
  const test::TempFolder top;
  const fs::path place = top.path() / "it's a place";
  fs::create_directory(place);
  top.write("it's a place/sweep.yaml", small_sweep(4));
  ASSERT_EQ(
      test::run_hpsearch(place, {"run", "sweep.yaml", "--set", "name=all mine", "--db", "a b.db"})
          .code,
      0);
  ASSERT_EQ(test::run_hpsearch(place, {"run", "sweep.yaml", "--set", "name=newer", "--set",
                                       "run_cap=1", "--db", "a b.db"})
                .code,
            0);
  const std::string best =
      test::run_hpsearch(place, {"report", "--best", "--sweep", "all mine", "--db", "a b.db"}).out;
  const std::size_t at = best.find("#   hpsearch ");
  ASSERT_NE(at, std::string::npos) << best;
  const std::string line = best.substr(at + 4, best.find('\n', at) - at - 4);
  fs::create_directory(top.path() / "bin");
  fs::create_symlink(HPSEARCH_BINARY, top.path() / "bin" / "hpsearch");
  const std::string script = fmt::format("cd \"{}\" && PATH={}:$PATH && {} > out 2> err",
                                         place.string(), (top.path() / "bin").string(), line);
  ASSERT_EQ(std::system(script.c_str()), 0) << line;
  const auto bits = [&](const std::string& sweep) {
    return test::query(
        place / "a b.db",
        "SELECT group_concat(printf('%d %!.17g %!.17g %!.17g', e.epoch, e.train_loss, e.val_loss, "
        "e.weight_norm)) FROM epochs e JOIN best_trials b USING(trial_id) WHERE b.sweep = '" +
            sweep + "'");
  };
  const std::string number =
      test::query(place / "a b.db", "SELECT trial FROM best_trials WHERE sweep = 'all mine'");
  EXPECT_FALSE(bits("all mine").empty());
  EXPECT_EQ(bits("all mine-trial" + number), bits("all mine"));
}

}  // namespace
}  // namespace hpsearch::runner

#include "storage/sqlite/database.h"

#include <fstream>
#include <iterator>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storage/error.h"
#include "storage/sqlite/transaction.h"
#include "storage/utc_now.h"
#include "tests/storage/store_fixtures.h"

namespace hpsearch::storage {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// What opening says; "opened" if it is content.
template <class Opened>
std::string error_of(const std::filesystem::path& path) {
  try {
    if constexpr (std::is_same_v<Opened, Store>) {
      open_store(path, "1.0");
    } else {
      open_queries(path);
    }
  } catch (const StoreError& error) {
    return error.what();
  }
  return "opened";
}

TEST(Opening, RefusesAnotherProgramsFileAndLeavesItAsItIs) {
  const test::TempFolder folder;
  const auto file = folder.path() / "other.db";
  Sql(file).run("CREATE TABLE t(x); INSERT INTO t VALUES (1)");
  const auto marked = folder.path() / "marked.db";
  Sql(marked).run("PRAGMA application_id = 7");
  for (const auto& path : {file, marked}) {
    const std::string before = bytes_of(path);
    EXPECT_THAT(error_of<Store>(path),
                AllOf(HasSubstr(path.string()), HasSubstr("another program"), HasSubstr("--db")));
    EXPECT_THAT(error_of<Queries>(path), HasSubstr("another program"));
    EXPECT_EQ(bytes_of(path), before);
    EXPECT_FALSE(std::filesystem::exists(path.string() + "-wal"));
  }
}

TEST(Opening, RefusesANewerSchemaAndNamesBothVersions) {
  const StoreFixture f;
  Sql(f.file).run("PRAGMA user_version = 9");
  for (const std::string& error : {error_of<Store>(f.file), error_of<Queries>(f.file)}) {
    EXPECT_THAT(error, HasSubstr("newer hpsearch (schema 9, this one knows 8)"));
  }
}

TEST(Opening, RefusesAFolder) {
  const test::TempFolder folder;
  EXPECT_THAT(error_of<Store>(folder.path()), HasSubstr("is a folder"));
  EXPECT_THAT(error_of<Queries>(folder.path()), HasSubstr("is a folder"));
}

TEST(Opening, RefusesWhatIsNoDatabaseAndLeavesItAsItIs) {
  const test::TempFolder folder;
  const std::string garbage(5000, 'x');
  const auto file = folder.write("x.db", garbage);
  EXPECT_THAT(error_of<Store>(file), HasSubstr("not an SQLite database"));
  EXPECT_THAT(error_of<Queries>(file), HasSubstr("not an SQLite database"));
  EXPECT_EQ(bytes_of(file), garbage);
}

TEST(Opening, TakesAnEmptyFileForANewDatabase) {
  const test::TempFolder folder;
  const auto file = folder.write("x.db", "");
  EXPECT_THAT(error_of<Queries>(file), HasSubstr("this database is empty; run a sweep first"));
  EXPECT_EQ(std::filesystem::file_size(file), 0U) << "a reader writes nothing";
  EXPECT_EQ(error_of<Store>(file), "opened");
  EXPECT_EQ(error_of<Queries>(file), "opened");
}

TEST(Opening, SaysThatTheDatabaseOrItsFolderIsMissing) {
  const test::TempFolder folder;
  EXPECT_THAT(error_of<Queries>(folder.path() / "no.db"),
              AllOf(HasSubstr("no.db: no such database"), HasSubstr("run a sweep first")));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "no.db"));
  EXPECT_THAT(error_of<Store>(folder.path() / "no" / "x.db"),
              HasSubstr("check that the folder exists and that you can write to it"));
}

TEST(Opening, ReadsFilesWithNamesThatMeanSomethingInUris) {
  const test::TempFolder folder;
  const auto file = folder.path() / "a?b#c%20d e.db";
  EXPECT_EQ(error_of<Store>(file), "opened");
  EXPECT_EQ(error_of<Queries>(file), "opened");
  EXPECT_TRUE(std::filesystem::exists(file));
}

TEST(Opening, KeepsWhatIsThereAndAppliesNothingTwice) {
  StoreFixture f;
  open_store(f.file, "2.0");
  EXPECT_THAT(Sql(f.file).rows("SELECT version, tool_version FROM migrations"),
              ElementsAre("1|1.0", "2|1.0", "3|1.0", "4|1.0", "5|1.0", "6|1.0", "7|1.0", "8|1.0"));
  EXPECT_TRUE(f.store.find_sweep("s"));
}

// Runs `work` in a child that may not write where others own; root's rights would hide the case.
template <class Work>
int exit_code_as_nobody(Work work) {
  const pid_t child = fork();
  if (child == 0) {
    constexpr uid_t kNobody = 65534;
    int code = 99;
    if (geteuid() != 0 || setuid(kNobody) == 0) {
      try {
        code = work();
      } catch (...) {
        code = 98;
      }
    }
    _exit(code);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

class ReadOnlyFolder : public testing::Test {
 protected:
  void SetUp() override { chmod(f.folder.path().c_str(), 0555); }
  void TearDown() override { chmod(f.folder.path().c_str(), 0755); }

  int sweeps_seen_by_nobody() {
    chmod(f.file.c_str(), 0444);
    const int code = exit_code_as_nobody(
        [&] { return static_cast<int>(open_queries(f.file)->sweep_names().size()); });
    chmod(f.file.c_str(), 0644);
    return code;
  }

  StoreFixture f;
};

TEST_F(ReadOnlyFolder, CanBeReadWhenNobodyWrites) {
  chmod(f.folder.path().c_str(), 0755);
  f.opened.reset();
  ASSERT_FALSE(std::filesystem::exists(f.file.string() + "-wal"));
  chmod(f.folder.path().c_str(), 0555);
  EXPECT_EQ(sweeps_seen_by_nobody(), 1);
}

TEST_F(ReadOnlyFolder, CanBeReadWhileARunWrites) {
  f.trial(0, search::TrialState::kComplete, 0.5);
  ASSERT_TRUE(std::filesystem::exists(f.file.string() + "-wal"));
  EXPECT_EQ(sweeps_seen_by_nobody(), 1);
}

TEST_F(ReadOnlyFolder, CannotBeWrittenAndSaysSo) {
  EXPECT_EQ(exit_code_as_nobody([&] {
              const std::string error = error_of<Store>(f.folder.path() / "new.db");
              return error.find("you can write to it") != std::string::npos ? 0 : 1;
            }),
            0);
}

TEST(Readers, CannotWrite) {
  const StoreFixture f;
  const auto db = open_readable(f.file);
  EXPECT_ANY_THROW(guarded(f.file, [&] { db->exec("DELETE FROM sweeps"); }));
  EXPECT_EQ(Sql(f.file).row("SELECT COUNT(*) FROM sweeps"), "1");
}

TEST(Opening, LetsManyCreateTheSameFileAndSweepAtOnce) {
  const test::TempFolder folder;
  constexpr int kThreads = 8;
  for (int round = 0; round < 20; ++round) {
    const auto file = folder.path() / (std::to_string(round) + ".db");
    std::latch start(kThreads);
    std::vector<std::int64_t> ids(kThreads);
    std::vector<std::string> errors(kThreads);
    {
      std::vector<std::jthread> threads;
      for (std::size_t i = 0; i < kThreads; ++i) {
        threads.emplace_back([&, i] {
          start.arrive_and_wait();
          try {
            const auto store_opened = open_store(file, "1.0");
            Store& store = *store_opened;
            ids[i] = make_sweep(store, "s").sweep_id;
          } catch (const std::exception& error) {
            errors[i] = error.what();
          }
        });
      }
    }
    EXPECT_THAT(errors, testing::Each(""));
    EXPECT_THAT(ids, testing::Each(1));
    EXPECT_EQ(Sql(file).row("SELECT COUNT(*) FROM sweeps"), "1");
  }
}

TEST(UtcNow, IsIso8601WithMilliseconds) {
  EXPECT_THAT(utc_now(), MatchesRegex("20[0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:"
                                      "[0-6][0-9]\\.[0-9][0-9][0-9]Z"));
}

TEST(QuotedIdentifier, DoublesQuotes) {
  EXPECT_EQ(quoted_identifier("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(quoted_identifier(""), "\"\"");
}

}  // namespace
}  // namespace hpsearch::storage

// The real program among files that are not what their names promise: links, pipes, devices, other
// programs' files, and a database that is replaced under a run.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/runner/run_support.h"

namespace hpsearch::runner {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

std::string text_of(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(HostileFiles, ALinkAtTheNameOfTheLockIsRefused) {
  const RunFolder folder(small_sweep(2));
  const fs::path victim = folder.write("victim", "precious");
  const fs::path lock = folder.path() / "hpsearch.db.sweep1.lock";
  fs::create_symlink("victim", lock);
  const auto linked = folder.run();
  EXPECT_EQ(linked.code, 1);
  EXPECT_THAT(linked.err, AllOf(HasSubstr(".sweep1.lock: "), HasSubstr("remove it")));
  fs::remove(lock);
  fs::create_hard_link(victim, lock);
  EXPECT_EQ(folder.run().code, 1);
  fs::remove(lock);
  fs::copy_file(victim, lock);  // no lock of a run, whatever its name
  EXPECT_EQ(folder.run().code, 1);
  EXPECT_EQ(text_of(victim), "precious");
  EXPECT_EQ(text_of(lock), "precious");
  fs::remove(lock);
  EXPECT_EQ(folder.run().code, 0);
}

TEST(HostileFiles, ALinkAtTheNameOfTheWeightsIsRefused) {
  const RunFolder folder(small_sweep(2));
  const fs::path victim = folder.write("victim", "precious");
  const fs::path weights = folder.path() / "hpsearch.db.files/sweep1/best.safetensors";
  fs::create_directories(weights.parent_path());
  fs::create_symlink(victim, weights);
  const auto result = folder.run();
  EXPECT_EQ(result.code, 0) << "all trials are complete";
  EXPECT_THAT(result.err, HasSubstr("a symbolic link has its name"));
  EXPECT_EQ(text_of(victim), "precious");
  EXPECT_TRUE(fs::is_symlink(weights));
}

TEST(HostileFiles, TheNextRunRemovesWhatAKilledOneLeft) {
  const RunFolder folder(small_sweep(2));
  const pid_t dead = fork();
  if (dead == 0) {
    _exit(0);
  }
  ::waitpid(dead, nullptr, 0);
  const fs::path files = folder.path() / "hpsearch.db.files/sweep1";
  fs::create_directories(files);
  const auto leave = [&](const std::string& name, pid_t process) {
    return folder.write(fmt::format("hpsearch.db.files/sweep1/{}.{}.part", name, process), "half");
  };
  const auto gone = {leave("best.safetensors", dead), leave("best.predictions.json", dead),
                     leave("candidate.safetensors", dead)};
  const fs::path living = leave("best.safetensors", getpid());
  const fs::path other = folder.write("hpsearch.db.files/sweep1/best.safetensors.x.part", "mine");
  ASSERT_EQ(folder.run().code, 0);
  for (const fs::path& file : gone) {
    EXPECT_FALSE(fs::exists(file)) << file;
  }
  EXPECT_TRUE(fs::exists(living));
  EXPECT_TRUE(fs::exists(other));
}

// A link to the database itself works, and its files lie beside the real one.
TEST(HostileFiles, ALinkedDatabaseWorks) {
  const RunFolder folder(small_sweep(2));
  fs::create_directory(folder.path() / "real");
  fs::create_symlink("real/x.db", folder.path() / "hpsearch.db");
  EXPECT_EQ(folder.run().code, 0);
  EXPECT_TRUE(fs::exists(folder.path() / "real/x.db.files/sweep1/best.safetensors"));
  EXPECT_THAT(folder.report().out, HasSubstr("2 of 2 complete"));
}

TEST(HostileFiles, ADatabaseThatReplacesTheRunsOwnStaysWhole) {
  const RunFolder other(small_sweep(2));
  ASSERT_EQ(other.run().code, 0);
  for (const bool removed : {false, true}) {
    const RunFolder folder(long_sweep());
    const fs::path database = folder.path() / "hpsearch.db";
    test::Process process(folder.path(), {"run", "sweep.yaml", "--workers", "2"});
    ASSERT_TRUE(
        process.wait_until([&] { return folder.query("SELECT count(*) FROM epochs") > "0"; }));
    fs::copy_file(other.path() / "hpsearch.db", folder.path() / "t");
    if (removed) {
      fs::remove(database);
    } else {
      fs::rename(folder.path() / "t", database);
    }
    const auto result = process.wait();
    EXPECT_EQ(result.code, 1);
    EXPECT_THAT(result.err, HasSubstr("was removed or replaced while this run wrote to it"));
    if (removed) {
      fs::rename(folder.path() / "t", database);
    }
    EXPECT_FALSE(fs::exists(database.string() + "-wal"));
    EXPECT_EQ(folder.query("PRAGMA integrity_check"), "ok");
    EXPECT_EQ(folder.digest(), other.digest());
  }
}

TEST(HostileFiles, OnlyRegularFilesAreRead) {
  const RunFolder folder(small_sweep(2));
  ASSERT_EQ(folder.run().code, 0);
  ASSERT_EQ(mkfifo((folder.path() / "pipe").c_str(), 0600), 0);
  fs::create_directory(folder.path() / "folder");
  const auto error = [&](const std::vector<std::string>& arguments) {
    const auto result = test::run_hpsearch(folder.path(), arguments);
    EXPECT_EQ(result.code, 2) << arguments.back();
    return result.err;
  };
  for (const char* verb : {"run", "check"}) {
    EXPECT_THAT(error({verb, "pipe"}), HasSubstr("pipe: is not a regular file"));
    EXPECT_THAT(error({verb, "/dev/zero"}), HasSubstr("/dev/zero: is not a regular file"));
    EXPECT_THAT(error({verb, "folder"}), HasSubstr("folder: is a folder; name the sweep file"));
  }
  EXPECT_THAT(error({"enqueue", "--file", "/dev/zero"}), HasSubstr("is not a regular file"));
  EXPECT_THAT(error({"enqueue", "--file", "pipe"}), HasSubstr("is not a regular file"));
  EXPECT_THAT(error({"enqueue", "--file", "folder"}), HasSubstr("is a folder; name the table"));
  for (const char* option : {"--html", "--next"}) {
    EXPECT_THAT(error({"report", option, "folder"}), HasSubstr("is a folder; name a file in it"));
  }
  EXPECT_THAT(error({"report", "--html", "pipe"}), HasSubstr("already exists"));
}

TEST(HostileFiles, ForceReplacesOnlyEarlierExports) {
  const RunFolder folder(small_sweep(2));
  ASSERT_EQ(folder.run().code, 0);
  const auto export_to = [&](const std::string& format, const std::string& name) {
    return test::run_hpsearch(folder.path(),
                              {"export", "--format", format, "--out", name, "--force"});
  };
  for (const std::string format : {"csv", "jsonl", "optuna", "onnx", "npz", "c"}) {
    const std::string name = "out." + format;
    ASSERT_EQ(export_to(format, name).code, 0);
    EXPECT_EQ(export_to(format, name).code, 0) << "its own export";
    fs::copy_file(folder.path() / "hpsearch.db", folder.path() / "copy.db",
                  fs::copy_options::overwrite_existing);
    for (const char* other : {"sweep.yaml", "copy.db"}) {
      const std::string before = text_of(folder.path() / other);
      const auto result = export_to(format, other);
      EXPECT_EQ(result.code, 2) << other;
      EXPECT_THAT(result.err, HasSubstr("--force replaces only an earlier export"));
      EXPECT_EQ(text_of(folder.path() / other), before);
    }
  }
}

TEST(HostileFiles, NothingIsWrittenOverWhatADatabaseKeepsOrACommandReads) {
  const RunFolder folder(small_sweep(2));
  ASSERT_EQ(folder.run().code, 0);
  const std::string weights = "hpsearch.db.files/sweep1/best.safetensors";
  fs::copy_file(folder.path() / weights, folder.path() / "model");
  folder.write("prediction.csv", "prediction\n1\n");
  const std::vector<std::vector<std::string>> commands{
      {"predict", "prediction.csv", "--out", weights, "--force"},
      {"predict", "prediction.csv", "--out", "prediction.csv", "--force"},
      {"predict", "prediction.csv", "--model", "model", "--out", "model", "--force"},
      {"export", "--format", "npz", "--out", weights, "--force"},
      {"export", "--format", "csv", "--out", "hpsearch.db.files/sweep1/new.csv"}};
  const std::string kept = text_of(folder.path() / weights);
  for (const auto& command : commands) {
    EXPECT_EQ(test::run_hpsearch(folder.path(), command).code, 2) << command[0] << command.back();
  }
  EXPECT_EQ(text_of(folder.path() / weights), kept);
  EXPECT_EQ(text_of(folder.path() / "model"), kept);
  EXPECT_EQ(text_of(folder.path() / "prediction.csv"), "prediction\n1\n");
  EXPECT_FALSE(fs::exists(folder.path() / "hpsearch.db.files/sweep1/new.csv"));
}

TEST(HostileFiles, EnqueuedBeyondTheLimitIsNotCalledComplete) {
  const RunFolder folder(small_sweep(2));
  ASSERT_EQ(folder.run().code, 0);
  ASSERT_EQ(test::run_hpsearch(folder.path(), {"enqueue", "l2=1e-3"}).code, 0);
  EXPECT_THAT(folder.run().err,
              HasSubstr("1 enqueued trial lies beyond its limit and is not trained; to train it, "
                        "write run_cap: 3 in the sweep file"));
}

}  // namespace
}  // namespace hpsearch::runner

// Ending a run from another terminal.

#include <csignal>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runner/commands/stop_process.h"
#include "runner/run/environment.h"
#include "tests/runner/run_support.h"

namespace hpsearch::runner {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

std::string short_long_sweep() {
  std::string yaml = long_sweep();
  yaml.replace(yaml.find("run_cap: 400"), 12, "run_cap: 40 ");
  return yaml;
}

TEST(Stop, EndsARunThatGoesOnLaterToTheSameDigest) {
  const RunFolder undisturbed(short_long_sweep());
  ASSERT_EQ(undisturbed.run().code, 0);
  const RunFolder folder(short_long_sweep());
  test::Process process(folder.path(), {"run", "sweep.yaml", "--workers", "2"});
  ASSERT_TRUE(process.wait_until([&] { return folder.query("SELECT 1 FROM epochs") == "1"; }));
  const auto stop = test::run_hpsearch(folder.path(), {"stop"});
  EXPECT_EQ(stop.code, 0) << stop.err;
  EXPECT_EQ(stop.err, fmt::format("asking process {} to end\n", process.pid()));
  EXPECT_THAT(stop.out, MatchesRegex("long: interrupted, [0-9]+ of 40 trials done\n"));
  EXPECT_EQ(process.wait().code, 130);
  EXPECT_EQ(folder.query("SELECT state FROM sweeps"), "interrupted");
  EXPECT_EQ(folder.run().code, 0);
  EXPECT_EQ(folder.digest(), undisturbed.digest());
}

TEST(Stop, SaysThatNobodyRunsTheSweep) {
  const RunFolder folder(small_sweep(2));
  folder.run();
  const auto result = test::run_hpsearch(folder.path(), {"stop"});
  EXPECT_EQ(result.code, 2);
  EXPECT_EQ(result.err,
            "hpsearch: sweep 'small' is not running; small: complete, 2 of 2 trials done\n");
  EXPECT_EQ(test::run_hpsearch(folder.path(), {"stop", "--sweep", "x"}).code, 2);
}

// A killed run leaves its lock file with its number in it.
TEST(Stop, LeavesTheNumberOfADeadProcessAlone) {
  const RunFolder folder(long_sweep());
  test::Process process(folder.path(), {"run", "sweep.yaml"});
  ASSERT_TRUE(process.wait_until([&] { return folder.query("SELECT 1 FROM epochs") == "1"; }));
  process.signal(SIGKILL);
  process.wait();
  ASSERT_TRUE(std::filesystem::exists(folder.path() / "hpsearch.db.sweep1.lock"));
  folder.write("hpsearch.db.sweep1.lock",
               fmt::format("process {} on {} since x", getpid(), host_name()));
  const auto result = test::run_hpsearch(folder.path(), {"stop"});
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err, HasSubstr("sweep 'long' is not running; long: interrupted, "));
}

std::string refusal(const storage::SweepLock::Owner& owner, const std::filesystem::path& file) {
  try {
    stop_process(owner, file, "sweep 's'");
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "ended";
}

TEST(Stop, AsksNoProcessThatTheLockDoesNotMean) {
  const test::TempFolder folder;
  const auto file = folder.write("lock", "x");
  EXPECT_EQ(refusal({getpid(), "elsewhere.example", ""}, file),
            fmt::format("sweep 's' is being run by process {} on elsewhere.example, not on this "
                        "machine; stop it there",
                        getpid()));
  EXPECT_EQ(refusal({getpid(), host_name(), ""}, file),
            fmt::format(
                "sweep 's' is being run by process {}, but here that number belongs to a different "
                "process (containers have their own numbers); stop it with Ctrl-C where it runs",
                getpid()));
}

TEST(Stop, ReturnsAtOnceWhereTheProcessHasEndedMeanwhile) {
  const test::TempFolder folder;
  const pid_t child = fork();
  if (child == 0) {
    _exit(0);
  }
  waitpid(child, nullptr, 0);
  EXPECT_EQ(refusal({child, host_name(), ""}, folder.write("lock", "x")), "ended");
}

TEST(Stop, SaysWhoMayEndTheProcessOfAnotherUser) {
  if (geteuid() != 0) {
    GTEST_SKIP() << "only root can become another user";
  }
  const test::TempFolder folder;
  const auto file = folder.write("lock", "x");
  const pid_t owner = getpid();
  const pid_t child = fork();
  if (child == 0) {
    const bool told = setgid(65534) == 0 && setuid(65534) == 0 &&
                      refusal({owner, host_name(), ""}, file) ==
                          fmt::format(
                              "sweep 's' is being run by process {} of another user; only that "
                              "user or root can stop it",
                              owner);
    _exit(told ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace hpsearch::runner

// Programs that hang, flood, hide, or lose their owner.
#include <csignal>
#include <fstream>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runner/process/child_process.h"
#include "tests/runner/process/process_test_support.h"

namespace hpsearch::runner {
namespace {

using std::chrono::steady_clock;
using test::comes_true;
using test::count_running;
using test::lines_of;
using test::program;
using test::script;
using test::unique_sleep;
using ::testing::ElementsAre;
using Event = ChildProcess::Event;

// Sleeps in a child of the shell, in a grandchild of another session, and in an orphan.
constexpr const char* kFamily =
    "sleep \"$1\" & sh -c 'setsid sleep \"$1\" & wait' inner \"$1\" & (setsid sh -c 'sleep \"$1\" "
    "& sleep "
    "\"$1\"' orphan \"$1\" &)\n";

long resident_kilobytes() {
  std::ifstream file("/proc/self/statm");
  long pages = 0;
  file >> pages >> pages;
  return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

class ProcessFaultsTest : public testing::TestWithParam<SupervisorKind> {};

INSTANTIATE_TEST_SUITE_P(Kinds,
                         ProcessFaultsTest,
                         testing::Values(SupervisorKind::kKeeper, SupervisorKind::kFork),
                         [](const auto& kind) {
                           return kind.param == SupervisorKind::kFork ? "Fork" : "Keeper";
                         });

TEST_P(ProcessFaultsTest, KillEndsAllDescendants) {
  const std::string mark = unique_sleep();
  ChildProcess process(script(std::string(kFamily) + "echo ready; wait; sleep \"$1\"", {mark}),
                       GetParam());
  ASSERT_EQ(process.wait({}), Event::kLine);
  ASSERT_TRUE(comes_true([&] { return count_running(mark) >= 4; }));
  process.kill();
  EXPECT_EQ(process.wait({}), Event::kEnd);
  EXPECT_EQ(process.end().signal, SIGKILL);
  EXPECT_EQ(process.end().left_alive, 0);
  EXPECT_EQ(count_running(mark), 0);
}

TEST_P(ProcessFaultsTest, DaemonsEndWithTheProgram) {
  const std::string mark = unique_sleep();
  ChildProcess process(script(std::string(kFamily) + "echo done; exit 5", {mark}), GetParam());
  EXPECT_THAT(lines_of(process), ElementsAre("done"));  // they hold stdout, and are not waited for
  EXPECT_EQ(process.end().exit_code, 5);
  EXPECT_EQ(count_running(mark), 0);
}

TEST_P(ProcessFaultsTest, TheDestructorKills) {
  const std::string mark = unique_sleep();
  {
    ChildProcess process(script(std::string(kFamily) + "echo ready; wait", {mark}), GetParam());
    ASSERT_EQ(process.wait({}), Event::kLine);
    ASSERT_TRUE(comes_true([&] { return count_running(mark) >= 4; }));
  }
  EXPECT_EQ(count_running(mark), 0);
}

// Starts a family in a process that kills itself when it is there.
TEST_P(ProcessFaultsTest, NothingSurvivesAKilledOwner) {
  const std::string mark = unique_sleep();
  const pid_t owner = fork();
  if (owner == 0) {
    const ChildProcess other(program({"sleep", mark}),
                             GetParam());  // holds none of the first's files
    ChildProcess process(script(std::string(kFamily) + "echo ready; trap '' TERM; wait", {mark}),
                         GetParam());
    const ChildProcess third(program({"sleep", mark}), GetParam());
    process.wait({});
    comes_true([&] { return count_running(mark) >= 6; });
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(waitpid(owner, &status, 0), owner);
  ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  EXPECT_TRUE(comes_true([&] { return count_running(mark) == 0; }));
}

TEST_P(ProcessFaultsTest, AKilledKeeperTakesTheProgramWithIt) {
  const std::string mark = unique_sleep();
  ChildProcess process(script("echo $PPID; exec sleep \"$1\"", {mark}), GetParam());
  ASSERT_EQ(process.wait({}), Event::kLine);
  ASSERT_EQ(kill(static_cast<pid_t>(std::stol(process.line())), SIGKILL), 0);
  EXPECT_EQ(process.wait({}), Event::kEnd);
  EXPECT_EQ(process.end().signal, SIGKILL);
  EXPECT_TRUE(comes_true([&] { return count_running(mark) == 0; }));
}

// `pkill -f train.py` is for the program.
TEST_P(ProcessFaultsTest, TheKeeperDoesNotShowTheProgramsWords) {
  const std::string mark = unique_sleep();
  ChildProcess process(script("echo ready; exec sleep \"$1\"", {mark}), GetParam());
  ASSERT_EQ(process.wait({}), Event::kLine);
  EXPECT_TRUE(comes_true([&] { return count_running(mark) == 1; }));
}

TEST_P(ProcessFaultsTest, AskToEndReachesTheGroup) {
  const std::string mark = unique_sleep();
  ChildProcess process(
      script("trap 'echo asked; exit 7' TERM; sleep \"$1\" & echo ready; wait", {mark}),
      GetParam());
  ASSERT_EQ(process.wait({}), Event::kLine);
  process.ask_to_end();
  EXPECT_THAT(lines_of(process), ElementsAre("asked"));
  EXPECT_EQ(process.end().exit_code, 7);
  EXPECT_EQ(process.end().signal, 0);
}

TEST_P(ProcessFaultsTest, OneThatIgnoresTheRequestIsKilled) {
  ChildProcess process(script("trap '' TERM; echo ready; while :; do sleep 0.01; done"),
                       GetParam());
  ASSERT_EQ(process.wait({}), Event::kLine);
  process.ask_to_end();
  EXPECT_EQ(process.wait(steady_clock::now() + std::chrono::milliseconds(50)), Event::kTimeout);
  process.kill();
  EXPECT_EQ(process.wait({}), Event::kEnd);
  EXPECT_EQ(process.end().signal, SIGKILL);
}

TEST_P(ProcessFaultsTest, AStoppedOneSeesTheRequest) {
  ChildProcess process(script("echo ready; kill -STOP $$; echo continued"), GetParam());
  ASSERT_EQ(process.wait({}), Event::kLine);
  process.ask_to_end();
  while (process.wait({}) != Event::kEnd) {
  }
  EXPECT_EQ(process.end().signal, SIGTERM);
}

TEST_P(ProcessFaultsTest, WakesFromAnyThread) {
  ChildProcess process(program({"sleep", unique_sleep()}), GetParam());
  process.wake();
  process.wake();
  EXPECT_EQ(process.wait({}), Event::kWoken);  // two calls before one wait wake once
  std::thread other([&] { process.wake(); });
  EXPECT_EQ(process.wait({}), Event::kWoken);
  other.join();
  EXPECT_EQ(process.wait(steady_clock::now()), Event::kTimeout);
}

TEST(ProcessFloodTest, OutputIsBoundedWhateverItIs) {
  const long before = resident_kilobytes();
  // Bytes of all kinds on stderr, and a gigabyte without a newline on stdout.
  ChildProcess process(script("head -c 10000000 /dev/urandom >&2; head -c 1000000000 /dev/zero"),
                       SupervisorKind::kKeeper);
  const auto lines = lines_of(process);
  EXPECT_EQ(process.end().exit_code, 0);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].size(), 64U * 1024);
  EXPECT_EQ(process.output().text().size(), 64U * 1024);
  EXPECT_EQ(process.output().dropped(), 1'010'000'000U - 64 * 1024);
  EXPECT_LE(process.output().last_errors().size(), 4U * 1024);
  EXPECT_LT(resident_kilobytes() - before, 16 * 1024);
}

// A flood of lines neither hides a time that has passed nor a call.
TEST_P(ProcessFaultsTest, AFloodDoesNotHideTimeAndCalls) {
  ChildProcess process(program({"yes"}), GetParam());
  ASSERT_EQ(process.wait({}), Event::kLine);
  EXPECT_EQ(process.wait(steady_clock::now()), Event::kTimeout);
  process.wake();
  EXPECT_EQ(process.wait({}), Event::kWoken);
  process.kill();
  Event event = Event::kLine;
  while (event == Event::kLine) {
    event = process.wait({});
    ASSERT_TRUE(event == Event::kEnd || process.line() == "y" || process.line().empty());
  }
  EXPECT_EQ(process.end().signal, SIGKILL);
}

TEST_P(ProcessFaultsTest, OneThatClosesItsOutputsRunsOn) {
  ChildProcess process(script("echo first; exec >&- 2>&-; sleep 0.05; exit 4"), GetParam());
  EXPECT_THAT(lines_of(process), ElementsAre("first"));
  EXPECT_EQ(process.end().exit_code, 4);
}

TEST_P(ProcessFaultsTest, TooMuchMemoryEndsAllProcesses) {
  const std::string mark = unique_sleep();
  ProcessSpec spec =
      script("head -c 300000000 /dev/zero | tail -c 200000000 | sleep \"$1\"", {mark});
  spec.limits.memory_bytes = 50'000'000;
  ChildProcess process(spec, GetParam());
  EXPECT_EQ(process.wait({}), Event::kEnd);
  EXPECT_TRUE(process.end().over_memory);
  EXPECT_GT(process.end().peak_memory_bytes, 50'000'000U);
  EXPECT_EQ(count_running(mark), 0);
}

TEST_P(ProcessFaultsTest, AProgramWithinItsMemoryRuns) {
  ProcessSpec spec = script("head -c 30000000 /dev/zero | tail -c 20000000 | wc -c; sleep 0.3");
  spec.limits.memory_bytes = 100'000'000;
  ChildProcess process(spec, GetParam());
  EXPECT_THAT(lines_of(process), ElementsAre("20000000"));
  EXPECT_EQ(process.end().exit_code, 0);
  EXPECT_FALSE(process.end().over_memory);
}

}  // namespace
}  // namespace hpsearch::runner

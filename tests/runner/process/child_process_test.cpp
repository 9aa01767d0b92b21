#include "runner/process/child_process.h"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include "tests/runner/process/process_test_support.h"
#include "tests/support/temp_folder.h"

namespace hpsearch::runner {
namespace {

using test::lines_of;
using test::program;
using test::script;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Both ways to start a supervisor run the same programs.
class ChildProcessTest : public testing::TestWithParam<SupervisorKind> {
 protected:
  // Runs a program to its end.
  ProcessEnd run(const ProcessSpec& spec) {
    ChildProcess process(spec, GetParam());
    lines_ = lines_of(process);
    text_ = process.output().text();
    return process.end();
  }

  std::vector<std::string> lines_;
  std::string text_;
};

INSTANTIATE_TEST_SUITE_P(Kinds,
                         ChildProcessTest,
                         testing::Values(SupervisorKind::kKeeper, SupervisorKind::kFork),
                         [](const auto& kind) {
                           return kind.param == SupervisorKind::kFork ? "Fork" : "Keeper";
                         });

TEST_P(ChildProcessTest, GivesTheLinesOfOneThatEndsAtOnce) {
  for (int i = 0; i < 20; ++i) {
    const ProcessEnd end = run(script("echo one; echo; printf three; exit 3"));
    ASSERT_THAT(lines_, ElementsAre("one", "", "three"));
    ASSERT_EQ(end.exit_code, 3);
    ASSERT_EQ(end.signal, 0);
    ASSERT_EQ(end.start_error, "");
    ASSERT_FALSE(end.over_memory);
  }
}

TEST_P(ChildProcessTest, StaysAtItsEnd) {
  ChildProcess process(program({"true"}), GetParam());
  EXPECT_EQ(process.wait({}), ChildProcess::Event::kEnd);
  EXPECT_EQ(process.wait({}), ChildProcess::Event::kEnd);
  EXPECT_EQ(process.wait(std::chrono::steady_clock::now()), ChildProcess::Event::kEnd);
  EXPECT_EQ(process.end().exit_code, 0);
}

TEST_P(ChildProcessTest, GivesArgumentsAsTheyAre) {
  const std::vector<std::string> arguments{"two words",  "'single' \"double\"",
                                           "; rm -rf x", "$HOME",
                                           "*",          "",
                                           "--a=\\n",    "tab\tend",
                                           "\xff\xfe",   "-1e-05"};
  std::vector<std::string> argv{"printf", "%s\\n"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  run(program(argv));
  EXPECT_THAT(lines_, ElementsAreArray(arguments));
}

TEST_P(ChildProcessTest, GivesTheEnvironmentAsItIs) {
  setenv("HPSEARCH_TEST_OF_OURS", "1", 1);
  ProcessSpec spec = program({"env"});
  spec.environment = {"PATH=/usr/bin:/bin", "A=b c", "EMPTY=", "Q='\""};
  run(spec);
  EXPECT_THAT(lines_, ElementsAreArray(spec.environment));
  unsetenv("HPSEARCH_TEST_OF_OURS");
}

TEST_P(ChildProcessTest, GivesAnEmptyStdin) {
  EXPECT_EQ(run(script("wc -c; cat")).exit_code, 0);
  EXPECT_THAT(lines_, ElementsAre("0"));
}

TEST_P(ChildProcessTest, GivesTheWorkingDirectory) {
  const test::TempFolder folder;
  ProcessSpec spec = program({"pwd"});
  spec.folder = folder.path().string();
  run(spec);
  EXPECT_THAT(lines_, ElementsAre(spec.folder));

  spec.folder = "";
  run(spec);
  EXPECT_THAT(lines_, ElementsAre(std::filesystem::current_path().string()));
}

TEST_P(ChildProcessTest, GivesNoOpenFiles) {
  const int ours = open("/dev/null", O_RDONLY);  // without O_CLOEXEC, as a library may do it
  const ChildProcess other(script("sleep \"$1\"", {test::unique_sleep()}), GetParam());
  run(program({"ls", "/proc/self/fd"}));
  EXPECT_THAT(lines_, ElementsAre("0", "1", "2", "3"));  // 3 is the folder that ls reads
  close(ours);
}

TEST_P(ChildProcessTest, GivesDefaultSignals) {
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const auto pipe_handler = std::signal(SIGPIPE, SIG_IGN);
  const auto child_handler = std::signal(SIGCHLD, SIG_IGN);
  const ProcessEnd end = run(program({"cat", "/proc/self/status"}));
  std::signal(SIGPIPE, pipe_handler);
  std::signal(SIGCHLD, child_handler);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_EQ(end.exit_code, 0);
  const std::string none = "0000000000000000";
  EXPECT_THAT(lines_, testing::IsSupersetOf({"SigBlk:\t" + none, "SigIgn:\t" + none}));
}

TEST_P(ChildProcessTest, GivesASessionWithoutATerminal) {
  // Fields of stat after the name: state, parent, group, session, terminal.
  run(script(
      "read -r pid name state parent group session terminal rest </proc/self/stat\n"
      "[ \"$group\" = $$ ] && echo own group; echo $terminal; ps -o sid= -p $$ | tr -d ' '"));
  ASSERT_EQ(lines_.size(), 3U);
  EXPECT_EQ(lines_[0], "own group");
  EXPECT_EQ(lines_[1], "0");
  EXPECT_NE(lines_[2], std::to_string(getsid(0)));
}

TEST_P(ChildProcessTest, LimitsTheCores) {
  cpu_set_t ours;
  ASSERT_EQ(sched_getaffinity(0, sizeof ours, &ours), 0);
  std::size_t last = 0;
  for (std::size_t core = 0; core < CPU_SETSIZE; ++core) {
    last = CPU_ISSET(core, &ours) ? core : last;
  }
  ProcessSpec spec = program({"grep", "Cpus_allowed_list", "/proc/self/status"});
  spec.limits.cores = {static_cast<int>(last)};
  run(spec);
  EXPECT_THAT(lines_, ElementsAre("Cpus_allowed_list:\t" + std::to_string(last)));
}

TEST_P(ChildProcessTest, NamesTheSignal) {
  EXPECT_EQ(run(script("kill -SEGV $$")).signal, SIGSEGV);
}

TEST_P(ChildProcessTest, KeepsBothOutputsAndTheLastErrors) {
  ChildProcess process(script("echo out; echo wrong >&2; exit 1"), GetParam());
  EXPECT_THAT(lines_of(process), ElementsAre("out"));
  EXPECT_EQ(process.end().exit_code, 1);
  EXPECT_THAT(process.output().text(), testing::AnyOf("out\nwrong\n", "wrong\nout\n"));
  EXPECT_EQ(process.output().last_errors(), "wrong\n");
}

// The peak of one that fills 64 MB, and of one that does not.
TEST_P(ChildProcessTest, MeasuresMemory) {
  const auto peak =
      run(script("head -c 80000000 /dev/zero | tail -c 64000000 | wc -c")).peak_memory_bytes;
  EXPECT_GT(peak, 64'000'000U);
  EXPECT_LT(peak, 100'000'000U);
}

// Why it does not start, for each reason.
struct Refusal {
  std::string what;
  ProcessSpec spec;
  std::string why;
};

TEST_P(ChildProcessTest, SaysWhyAProgramCannotStart) {
  const test::TempFolder folder;
  namespace fs = std::filesystem;
  const auto executable = [&](const std::string& name, const std::string& text) {
    const fs::path file = folder.write(name, text);
    fs::permissions(file, fs::perms::owner_all);
    return file.string();
  };
  ProcessSpec no_folder = program({"true"});
  no_folder.folder = (folder.path() / "none").string();
  ProcessSpec no_path = program({"true"});
  no_path.environment.clear();
  ProcessSpec no_core = program({"true"});
  no_core.limits.cores = {16'000};
  ProcessSpec long_words = program({"true", std::string(10'000'000, 'x')});
  const std::string plain = folder.write("plain.txt", "text").string();
  const std::vector<Refusal> refusals = {
      {"missing", program({"no-such-program"}), "no such program in PATH"},
      {"missing path", program({"./no-such-program"}), "there is no such file"},
      {"empty", program({""}), "whose name is empty"},
      {"nothing", program({}), "whose name is empty"},
      {"not executable", program({plain}), "chmod +x"},
      {"folder", program({folder.path().string()}), "is a folder"},
      {"no folder", no_folder, "there is no such folder"},
      {"no PATH", no_path, "no PATH is set"},
      {"no core", no_core, "on cores 16000"},
      {"long", long_words, "arguments and environment are too long"},
      {"no interpreter", program({executable("a", "#!/no/such/interpreter\n")}), "first line"},
      {"no format", program({executable("b", "text\n")}), "begins with #!"}};
  for (const Refusal& refusal : refusals) {
    SCOPED_TRACE(refusal.what);
    const ProcessEnd end = run(refusal.spec);
    EXPECT_THAT(end.start_error, HasSubstr("cannot start"));
    EXPECT_THAT(end.start_error, HasSubstr(refusal.why));
    EXPECT_EQ(end.exit_code, 127);
    EXPECT_THAT(lines_, IsEmpty());
  }
}

TEST_P(ChildProcessTest, RunsScriptsOfItsFolder) {
  const test::TempFolder folder;
  const auto file = folder.write("train.sh", "#!/bin/sh\necho here $1\n");
  std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  ProcessSpec spec = program({"./train.sh", "x"});
  spec.folder = folder.path().string();
  run(spec);
  EXPECT_THAT(lines_, ElementsAre("here x"));
}

}  // namespace
}  // namespace hpsearch::runner

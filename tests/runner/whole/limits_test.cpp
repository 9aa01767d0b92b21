// The real program where the system gives it little: descriptors, address space, threads, and a
// single allocation that fails. It ends with a sentence and exit code 1, or does its work; it never
// crashes or hangs, and no finished trial is lost.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test_locations.h"
#include "tests/runner/run_support.h"

namespace hpsearch::runner {
namespace {

namespace fs = std::filesystem;
using ::testing::AnyOf;
using ::testing::Eq;
using ::testing::HasSubstr;

std::string tiny_sweep() {
  return "name: tiny\nseed: 1\nrun_cap: 2\ndataset: {source: xor}\n"
         "model: {hidden: [2]}\ntraining: {epochs: 2}\nparallel: {workers: 1}\n"
         "parameters: {learning_rate: {min: 0.1, max: 0.5}}\n";
}

struct Result {
  int code = -1;
  std::string err;
};

// Runs `words` in the folder by a shell, after `limits`; at most for a minute.
Result shell(const RunFolder& folder, const std::string& limits, const std::string& words) {
  // The shell redirects itself first: with few descriptors it could not keep its own meanwhile.
  const std::string command =
      fmt::format("cd '{}' && exec >/dev/null 2>err && {} timeout -s KILL 60 {}",
                  folder.path().string(), limits, words);
  const int status = std::system(command.c_str());
  std::ifstream stream(folder.path() / "err", std::ios::binary);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
          {std::istreambuf_iterator<char>(stream), {}}};
}

// One line for a person, not a library's words or a crash.
void expect_a_sentence(const Result& result, const std::string& where) {
  EXPECT_THAT(result.code, AnyOf(Eq(0), Eq(1))) << where << ": " << result.err;
  if (result.code == 1) {
    EXPECT_THAT(result.err, HasSubstr("hpsearch: ")) << where;
  }
  for (const char* raw : {"terminate", "what()", "exception", "std::"}) {
    EXPECT_EQ(result.err.find(raw), std::string::npos) << where << ": " << result.err;
  }
}

TEST(Limits, TooFewDescriptorsAreNamed) {
  const RunFolder folder(tiny_sweep());
  ASSERT_EQ(folder.run().code, 0);
  for (int most = 4; most <= 16; ++most) {
    for (const std::string words : {"report", "run sweep.yaml --set run_cap=3 --db n.db"}) {
      const auto result = shell(folder, fmt::format("ulimit -n {} &&", most),
                                std::string(HPSEARCH_BINARY) + " " + words);
      const std::string where = fmt::format("ulimit -n {}: {}", most, words);
      if (result.code == 127) {
        continue;  // the loader cannot open its libraries
      }
      // Exit code 2 where the sweep file cannot be opened.
      EXPECT_THAT(result.code, AnyOf(Eq(0), Eq(1), Eq(2))) << where << ": " << result.err;
      if (result.code != 0) {
        EXPECT_THAT(result.err, HasSubstr("ulimit -n")) << where;
      }
    }
  }
}

TEST(Limits, TooLittleAddressSpaceGetsASentence) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers need address space of their own";
#endif
  const RunFolder folder(tiny_sweep());
  for (int megabytes = 100; megabytes <= 700; megabytes += 50) {
    const auto result = shell(folder, fmt::format("ulimit -v {} &&", megabytes * 1024),
                              std::string(HPSEARCH_BINARY) + " run sweep.yaml --workers 8");
    if (result.code == 127) {
      continue;  // not even its libraries fit
    }
    expect_a_sentence(result, fmt::format("ulimit -v {} MB", megabytes));
  }
  EXPECT_EQ(folder.run().code, 0);
  EXPECT_EQ(folder.query("SELECT count(*) FROM trials WHERE state = 'complete'"), "2");
}

TEST(Limits, TooFewThreadsGetASentence) {
  if (geteuid() != 0) {
    GTEST_SKIP() << "needs root, to become a user without processes";
  }
  for (int most = 2; most <= 8; ++most) {
    const RunFolder folder(tiny_sweep());
    fs::permissions(folder.path(), fs::perms::all);
    // A user of its own: the limit counts all of a user's processes. The shell and timeout take
    // two.
    const auto result =
        shell(folder, "",
              fmt::format("setpriv --reuid 64987 --clear-groups sh -c 'ulimit -u {}; exec {} run "
                          "sweep.yaml --workers 2'",
                          most, HPSEARCH_BINARY));
    if (result.code == 126 || result.code == 127) {
      GTEST_SKIP() << "no setpriv here, or another user cannot reach the program";
    }
    expect_a_sentence(result, fmt::format("ulimit -u {}", most));
  }
}

TEST(Limits, OneFailedAllocationLosesNothing) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers have an allocator of their own";
#endif
  const RunFolder counted(tiny_sweep());
  const std::string run = std::string(HPSEARCH_FAILING) + " run sweep.yaml";
  ASSERT_EQ(shell(counted, "COUNT_ALLOCATIONS=count", run).code, 0);
  long all = 0;
  std::ifstream(counted.path() / "count") >> all;
  ASSERT_GT(all, 1000);
  constexpr int kSteps = 40;
  for (int i = 0; i < kSteps; ++i) {
    const long number = 1 + all * i / kSteps;
    const RunFolder folder(tiny_sweep());
    const auto result = shell(folder, fmt::format("FAIL_ALLOCATION={}", number), run);
    const std::string where = fmt::format("allocation {} of {}", number, all);
    // A trial may fail for it, which is an outcome: 0, or 3 if no trial is complete.
    EXPECT_THAT(result.code, AnyOf(Eq(0), Eq(1), Eq(3))) << where << ": " << result.err;
    EXPECT_EQ(result.err.find("terminate"), std::string::npos) << where << ": " << result.err;
    const std::string complete = folder.query(
        "SELECT group_concat(number || ' ' || value) FROM trials WHERE state = 'complete'");
    test::run_hpsearch(folder.path(), {"retry"});
    ASSERT_EQ(folder.run().code, 0) << where;
    EXPECT_EQ(folder.query("SELECT count(*) FROM trials WHERE state = 'complete'"), "2") << where;
    EXPECT_THAT(folder.query("SELECT group_concat(number || ' ' || value) FROM trials"),
                HasSubstr(complete))
        << where;
    EXPECT_EQ(folder.digest(), counted.digest()) << where;
  }
}

}  // namespace
}  // namespace hpsearch::runner

#include "runner/process/memory_group.h"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/runner/process/process_test_support.h"
#include "tests/support/temp_folder.h"

namespace hpsearch::runner {
namespace {

using test::lines_of;
using test::program;
using test::script;
using ::testing::ElementsAre;

// A machine of files, on which this process is alone in a group of its own.
class Machine {
 public:
  Machine() {
    write("proc/self/cgroup", "0::/job\n");
    write("proc/self/mountinfo", "31 22 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    write("sys/fs/cgroup/job/cgroup.controllers", "cpu memory pids\n");
    write("sys/fs/cgroup/job/cgroup.subtree_control", "");
    write("sys/fs/cgroup/job/cgroup.procs", std::to_string(getpid()) + "\n");
  }
  void write(const std::string& name, const std::string& text) { folder_.write(name, text); }
  const std::filesystem::path& root() const { return folder_.path(); }

 private:
  test::TempFolder folder_;
};

TEST(MemoryGroup, NeedsAGroupThatIsLeftToUs) {
  Machine machine;
  EXPECT_EQ(memory_limiter(machine.root()), MemoryLimiter::kControlGroup);

  machine.write("sys/fs/cgroup/job/cgroup.controllers", "cpu pids\n");
  EXPECT_EQ(memory_limiter(machine.root()), MemoryLimiter::kPolling);
  machine.write("sys/fs/cgroup/job/cgroup.controllers", "memory\n");

  const std::string ours = std::to_string(getpid()) + "\n";
  for (const std::string& processes : {std::string(), "1\n" + ours, ours + "1\n"}) {
    machine.write("sys/fs/cgroup/job/cgroup.procs", processes);
    EXPECT_EQ(memory_limiter(machine.root()), MemoryLimiter::kPolling) << processes;
  }
  machine.write("sys/fs/cgroup/job/cgroup.procs", ours);
  EXPECT_EQ(memory_limiter(machine.root()), MemoryLimiter::kControlGroup);

  std::filesystem::remove(machine.root() / "sys/fs/cgroup/job/cgroup.subtree_control");
  EXPECT_EQ(memory_limiter(machine.root()), MemoryLimiter::kPolling);
  const test::TempFolder nothing;
  EXPECT_EQ(memory_limiter(nothing.path()), MemoryLimiter::kPolling);
}

// Where the tests may divide their group: systemd-run --user --scope -p Delegate=yes test_runner
// ...
TEST(MemoryGroup, LimitsByTheKernelWhereItMay) {
  constexpr std::uint64_t kBytes = 64 << 20;
  const auto group = MemoryGroup::create(kBytes);
  if (!group) {
    GTEST_SKIP() << "the control group of the tests is not left to them";
  }
  std::ifstream limit(group->folder + "/memory.max");
  std::uint64_t bytes = 0;
  limit >> bytes;
  EXPECT_EQ(bytes, kBytes);
  group->remove();
  EXPECT_FALSE(std::filesystem::exists(group->folder));

  ProcessSpec spec = program({"cat", "/proc/self/cgroup"});
  spec.limits.memory_bytes = kBytes;
  std::string folder;
  {
    ChildProcess process(spec);
    const auto lines = lines_of(process);
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_THAT(lines[0], testing::HasSubstr("/trial-" + std::to_string(getpid())));
    folder = std::filesystem::path(group->folder).parent_path() /
             std::filesystem::path(lines[0]).filename();
    EXPECT_EQ(process.end().exit_code, 0);
    EXPECT_FALSE(process.end().over_memory);
    EXPECT_FALSE(std::filesystem::exists(folder)) << folder;
  }
  spec =
      script("echo begin; head -c 300000000 /dev/zero | tail -c 200000000 | wc -c; echo survived");
  spec.limits.memory_bytes = kBytes;
  ChildProcess process(spec);
  EXPECT_THAT(lines_of(process), ElementsAre("begin"));
  EXPECT_TRUE(process.end().over_memory);
  EXPECT_EQ(process.end().signal, SIGKILL);
  EXPECT_GE(process.end().peak_memory_bytes, kBytes);
}

}  // namespace
}  // namespace hpsearch::runner

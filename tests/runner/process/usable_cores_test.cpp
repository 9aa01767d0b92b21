#include "runner/process/usable_cores.h"

#include <cstdlib>
#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runner/process/control_groups.h"
#include "tests/support/temp_folder.h"

namespace hpsearch::runner {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;

TEST(UsableCores, TakesTheSmallestLimit) {
  EXPECT_EQ(usable_cores({.hardware_threads = 8}), 8);
  EXPECT_EQ(usable_cores({.hardware_threads = 8, .affinity = 6}), 6);
  EXPECT_EQ(usable_cores({.hardware_threads = 8, .affinity = 6, .quota = 2.5}), 3);
  EXPECT_EQ(usable_cores({.hardware_threads = 8, .affinity = 6, .quota = 1e9}), 6);
  EXPECT_EQ(usable_cores({.hardware_threads = 8, .quota = 4, .slurm_task = 2}), 2);
  EXPECT_EQ(usable_cores({.hardware_threads = 8, .slurm_task = 32}), 8);
  EXPECT_EQ(usable_cores({.hardware_threads = 8, .quota = 0.05}), 1);
}

// A machine of files.
class Machine {
 public:
  void write(const std::string& name, const std::string& text) { folder_.write(name, text); }
  std::filesystem::path root() const { return folder_.path(); }

 private:
  test::TempFolder folder_;
};

TEST(UsableCores, ReadsTheTightestQuotaOfNestedGroups) {
  Machine machine;
  machine.write("proc/self/cgroup", "0::/user.slice/job.scope\n");
  machine.write("proc/self/mountinfo",
                "22 1 8:1 / / rw - ext4 /dev/sda rw\n"
                "31 22 0:28 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n");
  machine.write("sys/fs/cgroup/user.slice/cpu.max", "150000 100000\n");
  machine.write("sys/fs/cgroup/user.slice/job.scope/cpu.max", "max 100000\n");
  EXPECT_THAT(read_core_limits(machine.root()).quota, Optional(DoubleEq(1.5)));
  machine.write("sys/fs/cgroup/user.slice/job.scope/cpu.max", "60000 200000\n");
  EXPECT_THAT(read_core_limits(machine.root()).quota, Optional(DoubleEq(0.3)));
  machine.write("sys/fs/cgroup/user.slice/cpu.max", "max 100000\n");
  machine.write("sys/fs/cgroup/user.slice/job.scope/cpu.max", "max 100000\n");
  EXPECT_EQ(read_core_limits(machine.root()).quota, std::nullopt);
}

TEST(UsableCores, ReadsTheQuotaOfVersion1InAContainer) {
  Machine machine;
  machine.write(
      "proc/self/cgroup",
      "9:memory:/docker/4f\n4:cpuacct,cpu:/docker/4f\n2:cpuset:/docker/4f\n0::/docker/4f\n");
  machine.write(
      "proc/self/mountinfo",
      "40 30 0:27 /docker/4f /sys/fs/cgroup/cpuset ro - cgroup cgroup rw,cpuset\n"
      "41 30 0:28 /docker/4f /sys/fs/cgroup/cpu\\040x ro - cgroup cgroup rw,cpuacct,cpu\n");
  machine.write("sys/fs/cgroup/cpu x/cpu.cfs_quota_us", "200000\n");
  machine.write("sys/fs/cgroup/cpu x/cpu.cfs_period_us", "100000\n");
  EXPECT_THAT(read_core_limits(machine.root()).quota, Optional(DoubleEq(2)));
  machine.write("sys/fs/cgroup/cpu x/cpu.cfs_quota_us", "-1\n");
  EXPECT_EQ(read_core_limits(machine.root()).quota, std::nullopt);
}

TEST(UsableCores, ToleratesFilesOfAnyContent) {
  Machine machine;
  EXPECT_EQ(read_core_limits(machine.root()).quota, std::nullopt);
  machine.write("proc/self/cgroup", "nonsense\n::::\n0\n0::\n0::/a/../../..\n");
  machine.write("proc/self/mountinfo", "\n - \n - cgroup2\n1 2 3 / /g rw - cgroup2 c rw\n");
  machine.write("g/cpu.max", "100000 0\n");
  EXPECT_EQ(read_core_limits(machine.root()).quota, std::nullopt);
  machine.write("g/cpu.max", "-5 100000\n");
  EXPECT_EQ(read_core_limits(machine.root()).quota, std::nullopt);
  machine.write("g/cpu.max", "");
  EXPECT_EQ(read_core_limits(machine.root()).quota, std::nullopt);
  EXPECT_GE(usable_cores(read_core_limits(machine.root())), 1);
}

TEST(UsableCores, ReadsSlurm) {
  const Machine machine;
  setenv("SLURM_CPUS_PER_TASK", "3", 1);
  EXPECT_THAT(read_core_limits(machine.root()).slurm_task, Optional(3));
  for (const char* text : {"", "0", "-2", "4x", "99999999999"}) {
    setenv("SLURM_CPUS_PER_TASK", text, 1);
    EXPECT_EQ(read_core_limits(machine.root()).slurm_task, std::nullopt) << text;
  }
  unsetenv("SLURM_CPUS_PER_TASK");
  EXPECT_EQ(read_core_limits(machine.root()).slurm_task, std::nullopt);
}

TEST(ControlGroups, ListsTheVisibleFoldersInnermostFirst) {
  Machine machine;
  machine.write("proc/self/cgroup", "0::/a/b/c\n");
  machine.write("proc/self/mountinfo", "31 22 0:28 /a /groups rw - cgroup2 cgroup2 rw\n");
  machine.write("groups/b/c/cgroup.procs", "");
  const auto groups = machine.root() / "groups";
  EXPECT_THAT(group_folders(machine.root()), ElementsAre(groups / "b/c", groups / "b", groups));
  machine.write("proc/self/cgroup", "0::/elsewhere\n");
  EXPECT_THAT(group_folders(machine.root()), ElementsAre(groups));
  EXPECT_THAT(group_folders(machine.root(), "cpu"), IsEmpty());
}

TEST(UsableCores, AffinityIsWhatTheKernelLists) {
  // "Cpus_allowed_list:	0-1,4"
  std::ifstream file("/proc/self/status");
  std::string line;
  while (std::getline(file, line) && !line.starts_with("Cpus_allowed_list:")) {
  }
  std::vector<int> expected;
  const char* at = line.c_str() + line.find('\t');
  while (*at != '\0') {
    char* end = nullptr;
    const long first = std::strtol(at + 1, &end, 10);
    const long last = *end == '-' ? std::strtol(end + 1, &end, 10) : first;
    for (long core = first; core <= last; ++core) {
      expected.push_back(static_cast<int>(core));
    }
    at = end;
  }
  EXPECT_EQ(affinity_cores(), expected);
}

}  // namespace
}  // namespace hpsearch::runner

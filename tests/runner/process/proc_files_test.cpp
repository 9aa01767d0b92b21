#include "runner/process/proc_files.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runner/process/descriptors.h"

namespace hpsearch::runner {
namespace {

using ::testing::ElementsAreArray;
using ::testing::IsSubsetOf;
using ::testing::UnorderedElementsAreArray;

// Children that wait to be killed.
class Children {
 public:
  explicit Children(int count) {
    for (int i = 0; i < count; ++i) {
      const pid_t pid = fork();
      if (pid == 0) {
        for (;;) {
          pause();
        }
      }
      pids_.push_back(pid);
    }
  }
  ~Children() {
    for (const pid_t pid : pids_) {
      kill(pid, SIGKILL);
      waitpid(pid, nullptr, 0);
    }
  }
  Children(const Children&) = delete;
  Children& operator=(const Children&) = delete;

  const std::vector<pid_t>& pids() const { return pids_; }

 private:
  std::vector<pid_t> pids_;
};

TEST(ProcFiles, FindsChildrenByListAndByScan) {
  const Children children(700);  // more than one read of the list holds
  std::array<pid_t, 1000> found{};
  const std::size_t listed = children_of(getpid(), found);
  EXPECT_THAT(std::span(found).first(listed), UnorderedElementsAreArray(children.pids()));
  const std::size_t scanned = children_by_scan(getpid(), found);
  EXPECT_THAT(std::span(found).first(scanned), UnorderedElementsAreArray(children.pids()));

  std::array<pid_t, 3> few{};
  EXPECT_EQ(children_of(getpid(), few), 3U);
  EXPECT_THAT(few, IsSubsetOf(children.pids()));
  EXPECT_EQ(children_by_scan(getpid(), few), 3U);
  EXPECT_EQ(children_of(children.pids()[0], found), 0U);
}

TEST(ProcFiles, KnowsOpenFiles) {
  std::array<int, 1024> found{};
  const std::size_t before = open_files(found);
  const std::vector<int> others(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(before));
  const int file = open("/dev/null", O_RDONLY);
  const std::size_t after = open_files(found);
  std::vector<int> expected = others;
  expected.push_back(file);
  EXPECT_THAT(std::span(found).first(after), UnorderedElementsAreArray(expected));
  close(file);
}

// Closes all but some files in a child, which tells what is left to it.
std::vector<int> left_open(void (*close_all)(std::span<const int>), const std::vector<int>& kept) {
  const int result = kept.back();
  const pid_t child = fork();
  if (child == 0) {
    close_all(kept);
    std::array<int, 1024> found{};
    const std::size_t count = open_files(found);
    const auto bytes = static_cast<ssize_t>(count * sizeof(int));
    _exit(write(result, found.data(), count * sizeof(int)) == bytes ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  std::array<int, 1024> left{};
  const ssize_t size = pread(result, left.data(), sizeof left, 0);
  return {left.begin(), left.begin() + size / static_cast<ssize_t>(sizeof(int))};
}

TEST(Descriptors, ClosesAllOthers) {
  std::vector<int> opened;
  for (int i = 0; i < 600; ++i) {  // more than one list holds
    opened.push_back(open("/dev/null", O_RDONLY));
  }
  for (const auto close_all : {close_all_but, close_all_but_by_list}) {
    const int result = memfd_create("result", 0);
    const std::vector<int> kept{0, 2, opened[10], opened[11], opened[500], result};
    EXPECT_THAT(left_open(close_all, kept), UnorderedElementsAreArray(kept));
    close(result);
  }
  for (const int file : opened) {
    close(file);
  }
}

// A child with 64 MB, which has three children that share them.
TEST(ProcFiles, CountsSharedMemoryOnceWhereItMatters) {
  constexpr std::uint64_t kBytes = 64 << 20;
  std::array<int, 2> ready{};
  ASSERT_EQ(pipe(ready.data()), 0);
  const pid_t ancestor = fork();
  if (ancestor == 0) {
    if (const pid_t parent = fork(); parent == 0) {
      void* block =
          mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      std::memset(block, 1, kBytes);
      const Children children(3);
      EXPECT_EQ(write(ready[1], "r", 1), 1);
      pause();
    }
    for (;;) {
      pause();
    }
  }
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  const std::uint64_t each = descendants_memory(ancestor, UINT64_MAX);
  const std::uint64_t once = descendants_memory(ancestor, 3 * kBytes);
  EXPECT_GT(each, 4 * kBytes);
  EXPECT_GT(once, kBytes);
  EXPECT_LT(once, 2 * kBytes);

  std::array<pid_t, 8> found{};
  ASSERT_EQ(children_of(ancestor, found), 1U);
  const pid_t parent = found[0];
  for (const pid_t child : std::span(found).first(children_of(parent, found))) {
    kill(child, SIGKILL);
  }
  kill(parent, SIGKILL);
  kill(ancestor, SIGKILL);
  waitpid(ancestor, nullptr, 0);
  close(ready[0]);
  close(ready[1]);
}

}  // namespace
}  // namespace hpsearch::runner

#include "runner/process/memory_group.h"

#include <atomic>
#include <fstream>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runner/process/control_groups.h"

namespace hpsearch::runner {
namespace {

namespace fs = std::filesystem;

bool write_text(const fs::path& file, std::string_view text) {
  const Descriptor opened(open(file.c_str(), O_WRONLY | O_CLOEXEC));
  return opened.is_open() &&
         write(opened.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

bool has_word(const fs::path& file, std::string_view wanted) {
  std::ifstream stream(file);
  for (std::string word; stream >> word;) {
    if (word == wanted) {
      return true;
    }
  }
  return false;
}

bool holds_only_us(const fs::path& folder) {
  std::ifstream stream(folder / "cgroup.procs");
  pid_t pid = 0;
  bool found = false;
  while (stream >> pid) {
    if (pid != getpid()) {
      return false;
    }
    found = true;
  }
  return found;
}

// Our own group, if we may divide it.
std::optional<fs::path> delegated_group(const fs::path& root) {
  const GroupFolders folders = group_folders(root);
  if (folders.empty()) {
    return {};
  }
  const fs::path& own = folders.front();
  for (const char* name : {"", "cgroup.procs", "cgroup.subtree_control"}) {
    if (access((own / name).c_str(), W_OK) != 0) {
      return {};
    }
  }
  if (!has_word(own / "cgroup.controllers", "memory") || !holds_only_us(own)) {
    return {};
  }
  return own;
}

// Where to make groups: once this process has left its own group for one below it.
std::optional<fs::path> divide_own_group() {
  auto own = delegated_group("/");
  if (!own) {
    return {};
  }
  const std::string pid = std::to_string(getpid());
  const fs::path leaf = *own / ("hpsearch-" + pid);
  if (mkdir(leaf.c_str(), 0755) != 0) {
    return {};
  }
  if (write_text(leaf / "cgroup.procs", pid) &&
      write_text(*own / "cgroup.subtree_control", "+memory")) {
    return own;
  }
  write_text(*own / "cgroup.procs", pid);
  rmdir(leaf.c_str());
  return {};
}

}  // namespace

MemoryLimiter memory_limiter(const fs::path& root) {
  return delegated_group(root) ? MemoryLimiter::kControlGroup : MemoryLimiter::kPolling;
}

std::optional<MemoryGroup> MemoryGroup::create(std::uint64_t bytes) {
  static const std::optional<fs::path> parent = divide_own_group();
  static std::atomic<int> created = 0;
  if (!parent) {
    return {};
  }
  MemoryGroup group;
  group.folder = *parent / fmt::format("trial-{}-{}", getpid(), created++);
  if (mkdir(group.folder.c_str(), 0755) != 0) {
    return {};
  }
  const fs::path folder = group.folder;
  write_text(folder / "memory.swap.max", "0");   // absent where there is no swap
  write_text(folder / "memory.oom.group", "1");  // all of its processes end together
  group.processes = Descriptor(open((folder / "cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC));
  if (!group.processes.is_open() || !write_text(folder / "memory.max", std::to_string(bytes))) {
    group.remove();
    return {};
  }
  return group;
}

void MemoryGroup::remove() const {
  rmdir(folder.c_str());
}

}  // namespace hpsearch::runner

#include "runner/process/proc_files.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "runner/process/raw_calls.h"

namespace hpsearch::runner {
namespace {

constexpr std::size_t kMaxDescendants = 4096;

// A path, put together in place.
class Path {
 public:
  Path& add(std::string_view text) {
    const std::size_t count = std::min(text.size(), text_.size() - 1 - size_);
    std::copy_n(text.data(), count, text_.data() + size_);
    size_ += count;
    return *this;
  }
  Path& add(pid_t number) {
    std::array<char, 12> digits;
    std::size_t at = digits.size();
    do {
      digits[--at] = static_cast<char>('0' + number % 10);
      number /= 10;
    } while (number > 0);
    return add({digits.data() + at, digits.size() - at});
  }
  const char* c_str() const { return text_.data(); }

 private:
  std::array<char, 4096> text_{};
  std::size_t size_ = 0;
};

// Up to `space.size()` bytes from the beginning of a file; nothing if it cannot be read.
std::string_view read_start(const char* path, std::span<char> space) {
  const int file = raw::open(path, O_RDONLY);
  if (file < 0) {
    return {};
  }
  std::size_t size = 0;
  while (size < space.size()) {
    const ssize_t count = raw::read(file, space.data() + size, space.size() - size);
    if (count <= 0) {
      break;
    }
    size += static_cast<std::size_t>(count);
  }
  raw::close(file);
  return {space.data(), size};
}

// The number at the beginning of `text` after blanks, which is taken off; -1 if there is none.
std::int64_t take_number(std::string_view& text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
    text.remove_prefix(1);
  }
  if (text.empty() || text.front() < '0' || text.front() > '9') {
    return -1;
  }
  std::int64_t number = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    number = number * 10 + (text.front() - '0');
    text.remove_prefix(1);
  }
  return number;
}

// Calls `visit` with each entry of a folder whose name is a number, and with the descriptor under
// which the folder is read. False if there is no such folder.
template <typename Visit>
bool for_each_number(const char* folder, const Visit& visit) {
  struct Entry {  // the kernel's linux_dirent64
    std::uint64_t inode;
    std::int64_t offset;
    std::uint16_t bytes;
    std::uint8_t type;
    char name[1];
  };
  const int file = raw::open(folder, O_RDONLY | O_DIRECTORY);
  if (file < 0) {
    return false;
  }
  alignas(Entry) std::array<char, 4096> space;
  for (;;) {
    const long size = syscall(SYS_getdents64, file, space.data(), space.size());
    if (size <= 0) {
      break;
    }
    for (long at = 0; at < size;) {
      const auto* entry = reinterpret_cast<const Entry*>(space.data() + at);
      std::string_view name(entry->name);
      if (const std::int64_t number = take_number(name); number >= 0 && name.empty()) {
        visit(static_cast<int>(number), file);
      }
      at += entry->bytes;
    }
  }
  raw::close(file);
  return true;
}

// The parent of a process, or -1.
pid_t parent_of(pid_t pid) {
  std::array<char, 512> space;
  std::string_view text = read_start(Path().add("/proc/").add(pid).add("/stat").c_str(), space);
  // "PID (NAME) STATE PARENT ...", where the name may hold anything.
  const std::size_t name_end = text.rfind(") ");
  if (name_end == std::string_view::npos || name_end + 4 > text.size()) {
    return -1;
  }
  text.remove_prefix(name_end + 3);
  return static_cast<pid_t>(take_number(text));
}

std::uint64_t resident_bytes(pid_t pid) {
  std::array<char, 256> space;
  std::string_view text = read_start(Path().add("/proc/").add(pid).add("/statm").c_str(), space);
  take_number(text);  // the address space
  const std::int64_t pages = std::max<std::int64_t>(0, take_number(text));
  return static_cast<std::uint64_t>(pages * sysconf(_SC_PAGESIZE));
}

// The resident bytes with each shared page divided among those that share it; -1 if unknown.
std::int64_t proportional_bytes(pid_t pid) {
  std::array<char, 4096> space;
  std::string_view text =
      read_start(Path().add("/proc/").add(pid).add("/smaps_rollup").c_str(), space);
  constexpr std::string_view kName = "\nPss:";
  const std::size_t at = text.find(kName);
  if (at == std::string_view::npos) {
    return -1;
  }
  text.remove_prefix(at + kName.size());
  return take_number(text) * 1024;
}

// All descendants, each after its parent. The span is static: a forked child has one thread.
std::span<const pid_t> descendants_of(pid_t ancestor) {
  static std::array<pid_t, kMaxDescendants> found;
  std::size_t count = children_of(ancestor, found);
  for (std::size_t i = 0; i < count; ++i) {
    count += children_of(found[i], std::span(found).subspan(count));
  }
  return {found.data(), count};
}

}  // namespace

std::size_t open_files(std::span<int> found) {
  std::size_t count = 0;
  for_each_number("/proc/self/fd", [&](int file, int folder) {
    if (file != folder && count < found.size()) {
      found[count++] = file;
    }
  });
  return count;
}

std::uint64_t number_in_file(const char* folder, const char* file, std::string_view name) {
  std::array<char, 1024> space;
  std::string_view text = read_start(Path().add(folder).add("/").add(file).c_str(), space);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1);
    std::string_view line = text.substr(0, end);
    if (line.size() > name.size() && line.starts_with(name) && line[name.size()] == ' ') {
      line.remove_prefix(name.size());
      return static_cast<std::uint64_t>(std::max<std::int64_t>(0, take_number(line)));
    }
    text.remove_prefix(end + 1);
  }
  return 0;
}

std::size_t children_by_scan(pid_t parent, std::span<pid_t> found) {
  std::size_t count = 0;
  for_each_number("/proc", [&](pid_t pid, int /*folder*/) {
    if (count < found.size() && parent_of(pid) == parent) {
      found[count++] = pid;
    }
  });
  return count;
}

std::size_t children_of(pid_t parent, std::span<pid_t> found) {
  std::size_t count = 0;
  bool supported = true;
  const Path tasks = Path().add("/proc/").add(parent).add("/task");
  for_each_number(tasks.c_str(), [&](pid_t thread, int /*folder*/) {
    const Path path = Path(tasks).add("/").add(thread).add("/children");
    const int file = raw::open(path.c_str(), O_RDONLY);
    if (file < 0) {
      supported = supported && errno != ENOENT;
      return;
    }
    std::array<char, 4096> space;
    // A number may lie across two reads: what follows the last blank waits for the rest.
    std::size_t kept = 0;
    for (;;) {
      const ssize_t size = raw::read(file, space.data() + kept, space.size() - kept);
      if (size <= 0) {
        break;
      }
      std::string_view text(space.data(), kept + static_cast<std::size_t>(size));
      const std::size_t whole = text.rfind(' ') + 1;
      std::string_view numbers = text.substr(0, whole);
      for (std::int64_t pid = take_number(numbers); pid >= 0 && count < found.size();
           pid = take_number(numbers)) {
        found[count++] = static_cast<pid_t>(pid);
      }
      kept = text.size() - whole;
      std::copy_n(text.data() + whole, kept, space.data());
    }
    raw::close(file);
  });
  return supported ? count : children_by_scan(parent, found);
}

std::uint64_t descendants_memory(pid_t ancestor, std::uint64_t enough) {
  const std::span<const pid_t> pids = descendants_of(ancestor);
  std::uint64_t resident = 0;
  for (const pid_t pid : pids) {
    resident += resident_bytes(pid);
  }
  if (resident <= enough) {
    return resident;
  }
  std::uint64_t shared_once = 0;
  for (const pid_t pid : pids) {
    const std::int64_t proportional = proportional_bytes(pid);
    shared_once +=
        proportional >= 0 ? static_cast<std::uint64_t>(proportional) : resident_bytes(pid);
  }
  return shared_once;
}

}  // namespace hpsearch::runner

#include "runner/process/control_groups.h"

#include <fstream>
#include <optional>
#include <sstream>
#include <system_error>

namespace hpsearch::runner {
namespace {

namespace fs = std::filesystem;

// Whether "cpu,cpuacct" names a controller.
bool has_name(std::string_view list, std::string_view name) {
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    if (list.substr(begin, end - begin) == name) {
      return true;
    }
    begin = end + 1;
  }
  return false;
}

// The path of our group inside of its hierarchy. Lines of /proc/self/cgroup: "4:cpu,cpuacct:/path",
// and for version 2 "0::/path".
std::optional<std::string> group_path(const fs::path& root, std::string_view controller) {
  std::ifstream file(root / "proc/self/cgroup");
  std::string line;
  while (std::getline(file, line)) {
    const std::size_t names = line.find(':');
    const std::size_t path = names == std::string::npos ? names : line.find(':', names + 1);
    if (path == std::string::npos) {
      continue;
    }
    const std::string list = line.substr(names + 1, path - names - 1);
    if (controller.empty() ? list.empty() && line.starts_with("0:") : has_name(list, controller)) {
      return line.substr(path + 1);
    }
  }
  return {};
}

// "\040" is a blank.
std::string unescaped(const std::string& text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size()) {
      result +=
          static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + text[i + 3] - '0');
      i += 3;
    } else {
      result += text[i];
    }
  }
  return result;
}

struct Mount {
  std::string top;  // the group that is mounted
  std::string point;
};

// Lines of /proc/self/mountinfo: "31 23 0:28 TOP POINT options [more]... - type source options".
std::optional<Mount> find_mount(const fs::path& root, std::string_view controller) {
  std::ifstream file(root / "proc/self/mountinfo");
  std::string line;
  while (std::getline(file, line)) {
    const std::size_t dash = line.find(" - ");
    if (dash == std::string::npos) {
      continue;
    }
    std::istringstream kind(line.substr(dash + 3));
    std::string type;
    std::string source;
    std::string options;
    kind >> type >> source >> options;
    if (controller.empty() ? type == "cgroup2"
                           : type == "cgroup" && has_name(options, controller)) {
      std::istringstream place(line);
      std::string skipped;
      Mount mount;
      place >> skipped >> skipped >> skipped >> mount.top >> mount.point;
      return Mount{unescaped(mount.top), unescaped(mount.point)};
    }
  }
  return {};
}

}  // namespace

GroupFolders group_folders(const fs::path& root, std::string_view controller) {
  const auto path = group_path(root, controller);
  const auto mount = find_mount(root, controller);
  GroupFolders folders;
  if (!path || !mount) {
    return folders;
  }
  // Seen from the mounted group, where the path says how to get there.
  fs::path inside = *path;
  if (mount->top != "/") {
    inside = fs::path(*path).lexically_relative(mount->top);
  }
  const fs::path top = root / fs::path(mount->point).relative_path();
  fs::path folder = top;
  std::error_code error;
  for (const fs::path& part : inside.relative_path()) {
    if (part == "..") {  // outside of what we can see
      folder = top;
      break;
    }
    if (part != ".") {
      folder /= part;
    }
  }
  for (;; folder = folder.parent_path()) {
    if (fs::is_directory(folder, error)) {
      folders.push_back(folder);
    }
    if (folder == top) {
      return folders;
    }
  }
}

}  // namespace hpsearch::runner

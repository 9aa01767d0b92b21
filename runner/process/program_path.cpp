#include "runner/process/program_path.h"

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include <fmt/format.h>
#include <unistd.h>

namespace hpsearch::runner {
namespace {

namespace fs = std::filesystem;

enum class Found { kRunnable, kNotRunnable, kMissing };

Found look(const std::string& path, const std::string& folder) {
  const fs::path seen = folder.empty() ? fs::path(path) : fs::path(folder) / path;
  std::error_code error;
  const fs::file_status status = fs::status(seen, error);
  if (!fs::exists(status)) {
    return Found::kMissing;
  }
  const bool runnable = !fs::is_directory(status) && access(seen.c_str(), X_OK) == 0;
  return runnable ? Found::kRunnable : Found::kNotRunnable;
}

[[noreturn]] void refuse(const std::string& program, const std::string& why) {
  throw std::runtime_error(fmt::format("cannot start '{}': {}", program, why));
}

std::string not_runnable(const std::string& path, const std::string& folder) {
  std::error_code error;
  const fs::path seen = folder.empty() ? fs::path(path) : fs::path(folder) / path;
  return fs::is_directory(seen, error)
             ? fmt::format("{} is a folder", path)
             : fmt::format("{} is not executable (chmod +x makes it so)", path);
}

}  // namespace

std::string environment_value(std::span<const std::string> environment, std::string_view name) {
  for (const std::string& entry : environment) {
    if (entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=') {
      return entry.substr(name.size() + 1);
    }
  }
  return {};
}

std::string find_program(const std::string& program,
                         std::span<const std::string> environment,
                         const std::string& folder) {
  if (program.empty()) {
    throw std::runtime_error("cannot start a program whose name is empty");
  }
  if (program.find('/') != std::string::npos) {
    switch (look(program, folder)) {
      case Found::kMissing:
        refuse(program, "there is no such file");
      case Found::kNotRunnable:
        refuse(program, not_runnable(program, folder));
      case Found::kRunnable:
        return program;
    }
  }
  const std::string path = environment_value(environment, "PATH");
  if (path.empty()) {
    refuse(program, "no PATH is set; give the program's path");
  }
  std::string candidate;  // one that is there but may not be run
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find(':', begin), path.size());
    const std::string entry = path.substr(begin, end - begin);
    // An empty entry is the working directory. The slash keeps the kernel's path apart from a name.
    std::string file = (entry.empty() ? "." : entry) + "/" + program;
    const Found found = look(file, folder);
    if (found == Found::kRunnable) {
      return file;
    }
    if (found == Found::kNotRunnable && candidate.empty()) {
      candidate = file;
    }
    begin = end + 1;
  }
  if (!candidate.empty()) {
    refuse(program, not_runnable(candidate, folder));
  }
  refuse(program, "no such program in PATH");
}

}  // namespace hpsearch::runner

// Programs for the tests of runner/process, and who is left of them.
#pragma once

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

#include "runner/process/child_process.h"

namespace hpsearch::test {

inline runner::ProcessSpec program(std::vector<std::string> argv) {
  runner::ProcessSpec spec;
  spec.argv = std::move(argv);
  spec.environment = {"PATH=/usr/bin:/bin"};
  return spec;
}

// A script with its own arguments, $1 the first.
inline runner::ProcessSpec script(const std::string& text,
                                  const std::vector<std::string>& arguments = {}) {
  std::vector<std::string> argv{"sh", "-c", text, "script"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return program(std::move(argv));
}

// Reads to the end. All lines of stdout.
inline std::vector<std::string> lines_of(runner::ChildProcess& process) {
  std::vector<std::string> lines;
  while (process.wait({}) == runner::ChildProcess::Event::kLine) {
    lines.push_back(process.line());
  }
  return lines;
}

// An argument of `sleep` that no other test and no other run of the tests has: it identifies a
// process.
inline std::string unique_sleep() {
  static int calls = 0;
  return "86400." + std::to_string(getpid()) + "0" + std::to_string(calls++);
}

// How many processes have this word among their arguments.
inline int count_running(const std::string& word) {
  int count = 0;
  std::error_code error;
  for (std::filesystem::directory_iterator entry("/proc", error), end; entry != end;
       entry.increment(error)) {
    std::ifstream file(entry->path() / "cmdline", std::ios::binary);
    std::ostringstream arguments;
    arguments << '\0' << file.rdbuf();  // not by an iterator, which throws if the process ends now
    count += arguments.str().find('\0' + word + '\0') != std::string::npos ? 1 : 0;
  }
  return count;
}

// Asks until `condition` holds; false after a time that no machine should need.
inline bool comes_true(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) {
      return false;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

}  // namespace hpsearch::test

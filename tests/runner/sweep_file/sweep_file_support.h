// Reads sweep files that a test writes, and what is said about their mistakes.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>

#include "runner/console/usage_error.h"
#include "runner/sweep_file/sweep_file.h"
#include "tests/support/temp_folder.h"

namespace hpsearch::runner {

inline constexpr char kData[] = "dataset: {source: digits}\n";

// Beside each sweep file lies a table, `tt.csv`.
inline constexpr char kTable[] = "a,b,target\n1,2,3\n";

// Keeps a text and what was said about it, nothing if it was read, in the folder of the environment
// variable HPSEARCH_KEEP_TEXTS: tests/schema/schema_test.py holds the JSON Schema to the same.
inline void keep_text(const std::string& yaml, const std::string& said) {
  if (const char* folder = std::getenv("HPSEARCH_KEEP_TEXTS")) {
    const std::string name = std::to_string(std::hash<std::string>()(yaml));
    std::ofstream(std::filesystem::path(folder) / (name + ".yaml"), std::ios::binary) << yaml;
    std::ofstream(std::filesystem::path(folder) / (name + ".txt"), std::ios::binary) << said;
  }
}

inline search::SweepSpec read(const std::string& yaml) {
  const test::TempFolder folder;
  folder.write("tt.csv", kTable);
  auto spec = load_sweep_file(folder.write("my-sweep.yaml", yaml).string()).spec;
  keep_text(yaml, "");
  return spec;
}

// What is said about a file, with the temporary folder's name taken out.
inline std::string errors(const std::string& yaml) {
  const test::TempFolder folder;
  folder.write("tt.csv", kTable);
  const std::string path = folder.write("s.yaml", yaml).string();
  try {
    load_sweep_file(path);
  } catch (const UsageError& error) {
    std::string text = error.what();
    for (std::size_t at = 0; (at = text.find(path, at)) != std::string::npos;) {
      text.replace(at, path.size(), "s.yaml");
    }
    keep_text(yaml, text);
    return text;
  }
  keep_text(yaml, "");
  return "";
}

// The messages alone, one a line, without the source lines and carets.
inline std::string messages(const std::string& yaml) {
  std::string result;
  std::istringstream lines(errors(yaml));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("s.yaml:")) {
      result += line + "\n";
    }
  }
  return result;
}

// A sweep file with mistakes, and what is to be said about them.
struct Mistake {
  std::string yaml;
  std::string messages;
};

}  // namespace hpsearch::runner

// Reads sweep files that a test writes, and what is said about their mistakes.
#pragma once

#include <sstream>
#include <string>

#include "runner/console/usage_error.h"
#include "runner/sweep_file/sweep_file.h"
#include "tests/support/temp_folder.h"

namespace hpsearch::runner {

inline constexpr char kData[] = "dataset: {source: digits}\n";

// Beside each sweep file lies a table, `tt.csv`.
inline constexpr char kTable[] = "a,b,target\n1,2,3\n";

inline search::SweepSpec read(const std::string& yaml) {
  const test::TempFolder folder;
  folder.write("tt.csv", kTable);
  return load_sweep_file(folder.write("my-sweep.yaml", yaml).string()).spec;
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
    return text;
  }
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

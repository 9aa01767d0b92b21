// What the tests of whole runs share: a small sweep, and questions about its database.
#pragma once

#include <string>

#include <fmt/format.h>

#include "tests/support/process.h"
#include "tests/support/temp_folder.h"

namespace hpsearch::runner {

// Six trials of a few milliseconds on the digits.
inline std::string small_sweep(int run_cap = 6, const std::string& more = "") {
  return fmt::format(
      "name: small\n"
      "seed: 3\n"
      "run_cap: {}\n"
      "dataset: {{source: digits}}\n"
      "model: {{hidden: [16]}}\n"
      "training: {{epochs: 4, batch_size: 32}}\n"
      "parameters:\n"
      "  learning_rate: {{min: 1e-3, max: 0.3, scale: log}}\n"
      "  l2: {{min: 1e-6, max: 1e-2, scale: log}}\n"
      "  dropout: {{min: 0.0, max: 0.5}}\n"
      "{}",
      run_cap, more);
}

// A sweep that trains long enough to be met in the middle, with two workers: 40 trials, some
// seconds.
inline std::string long_sweep() {
  return "name: long\n"
         "seed: 5\n"
         "run_cap: 400\n"
         "dataset: {source: digits}\n"
         "model: {hidden: [64]}\n"
         "training: {epochs: 60, batch_size: 8}\n"
         "parameters:\n"
         "  learning_rate: {min: 1e-4, max: 0.1, scale: log}\n";
}

// A folder with a sweep file and the database that its runs use.
class RunFolder : public test::TempFolder {
 public:
  explicit RunFolder(const std::string& yaml) { write("sweep.yaml", yaml); }

  test::ProcessResult run(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments{"run", "sweep.yaml"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return test::run_hpsearch(path(), arguments);
  }
  test::ProcessResult report(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments{"report"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return test::run_hpsearch(path(), arguments);
  }
  std::string query(const std::string& sql) const {
    return test::query(path() / "hpsearch.db", sql);
  }
  std::string digest() const {
    const std::string out = report().out;
    const std::size_t at = out.find("digest: ");
    return at == std::string::npos ? out : out.substr(at + 8, 16);
  }
};

}  // namespace hpsearch::runner

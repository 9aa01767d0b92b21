// Small sweeps over a made table, in folds and with ensembles.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "tests/runner/run_support.h"

namespace hpsearch::runner {

inline std::string folds_sweep(const std::string& dataset,
                               const std::string& more,
                               int trials = 4) {
  return fmt::format(
      "name: folds\n"
      "seed: 3\n"
      "run_cap: {}\n"
      "metric: {{name: val_accuracy}}\n"
      "dataset: {{source: table.csv, target: kind{}}}\n"
      "model: {{hidden: [12]}}\n"
      "training: {{epochs: 5, batch_size: 16, best_by: loss}}\n"
      "parameters:\n"
      "  learning_rate: {{min: 1e-3, max: 0.1, scale: log}}\n"
      "{}",
      trials, dataset, more);
}

// Three classes of numbers and a word, some cells missing.
inline std::string made_table(std::size_t rows, std::uint64_t seed) {
  std::uint64_t state = seed;
  const auto below = [&](std::uint64_t n) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return (state >> 33U) % n;
  };
  std::string text = "a,b,word,kind\n";
  for (std::size_t row = 0; row < rows; ++row) {
    const double a = static_cast<double>(below(1000)) / 100.0;
    const double b = static_cast<double>(below(1000)) / 100.0;
    const std::size_t word = below(3);
    const double score =
        a - b + static_cast<double>(word) + static_cast<double>(below(300)) / 100.0;
    text += fmt::format("{},{},{},{}\n", below(12) == 0 ? "" : fmt::format("{}", a), b,
                        word == 0   ? "red"
                        : word == 1 ? "green"
                                    : "blue",
                        score > 4.0   ? "high"
                        : score > 0.0 ? "middle"
                                      : "low");
  }
  return text;
}

class Table : public RunFolder {
 public:
  explicit Table(const std::string& yaml) : RunFolder(yaml) {
    write("table.csv", made_table(260, 1));
    write("new.csv", made_table(40, 2));
  }
  test::ProcessResult call(const std::vector<std::string>& arguments) const {
    return test::run_hpsearch(path(), arguments);
  }
};

}  // namespace hpsearch::runner

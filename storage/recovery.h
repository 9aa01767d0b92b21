// Takes what can still be read out of a damaged database into a new one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace hpsearch::storage {

struct Recovered {
  std::int64_t sweeps = 0;
  std::int64_t trials = 0;
  std::int64_t epochs = 0;
  std::vector<std::string> losses;  // clauses: "trials: 3 of 60 cannot be read"
  // Trials that lost rows, and are interrupted now: the next run trains them again.
  std::int64_t incomplete = 0;
};

// Reads the rows of each sweep and trial for themselves, so that a damaged page costs only those
// that lie on it, and writes them to `fresh`, a file that does not exist. Sweeps that lost trials
// become `interrupted`. Throws StoreError, and removes `fresh`, if nothing can be read or written.
Recovered recover(const std::filesystem::path& damaged,
                  const std::filesystem::path& fresh,
                  const std::string& tool_version);

}  // namespace hpsearch::storage

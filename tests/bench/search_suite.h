// Every method on every problem of the suite, on as many threads as are asked for.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

namespace hpsearch::bench {

struct SuiteRequest {
  std::uint64_t seeds = 20;
  std::uint64_t first_seed = 0;
  std::uint64_t lag = 4;
  std::uint64_t jobs = 1;  // threads
  std::string method;      // this one alone; empty: all
  std::string problem;     // likewise
  std::filesystem::path tables = "tests/bench/tables";
};

// A row for each problem, method, and 20, 50, 100 and 200 trials: {"problem", "method", "lag",
// "trials", "regrets": [of each seed]}. Regret: that of the trial with the best score, without
// noise; 1e300 where all have diverged. Throws std::runtime_error where a table cannot be read, or
// nothing has the problem's name.
nlohmann::json run_suite(const SuiteRequest& request);

}  // namespace hpsearch::bench

// How well the methods search, and what they cost: bench_search [FLAG...], JSON on standard output.
//
//   --seeds 30        searches of each method and problem
//   --lag 1           how far behind results are (parallel.workers); 1: one trial after the other
//   --method NAME     this one alone
//   --cost            CPU seconds and bytes of the methods instead
//   --suite           the problems of the suite instead (suite_problems.h), where also count:
//   --tables DIR      its tables of networks; default tests/bench/tables
//   --problem NAME    this one alone
//   --jobs 1          threads
//   --first-seed 0    seeds are this one and those after it
//
// Without --suite seeds are 0, 1, ....
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <exception>
#include <iostream>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <malloc.h>
#include <nlohmann/json.hpp>

#include "search/samplers/sampler.h"
#include "tests/bench/search_loop.h"
#include "tests/bench/search_problems.h"
#include "tests/bench/search_suite.h"

namespace hpsearch::bench {
namespace {

using nlohmann::json;
using search::SamplerInfo;

constexpr std::array<std::size_t, 3> kTrials{25, 50, 100};

struct Request {
  std::uint64_t seeds = 30;
  std::uint64_t lag = 1;
  std::string method;
  bool cost = false;
  bool suite = false;
  SuiteRequest of_suite;
};

std::uint64_t number(const std::string& flag,
                     const std::string& text,
                     std::uint64_t max,
                     std::uint64_t min = 1) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [next, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || next != end || value < min || value > max) {
    throw std::invalid_argument(
        fmt::format("{} takes a whole number from {} to {}; found '{}'", flag, min, max, text));
  }
  return value;
}

Request parse(const std::vector<std::string>& flags) {
  Request request;
  for (std::size_t i = 0; i < flags.size(); ++i) {
    if (flags[i] == "--cost" || flags[i] == "--suite") {
      (flags[i] == "--cost" ? request.cost : request.suite) = true;
      continue;
    }
    if (i + 1 == flags.size()) {
      throw std::invalid_argument(fmt::format("'{}' is no flag, or lacks its value", flags[i]));
    }
    const std::string& flag = flags[i];
    const std::string& value = flags[++i];
    if (flag == "--seeds") {
      request.seeds = number(flag, value, 10'000);
    } else if (flag == "--lag") {
      request.lag = number(flag, value, 1'000);
    } else if (flag == "--method") {
      if (search::find_sampler(value) == nullptr) {
        throw std::invalid_argument(fmt::format("there is no method '{}'", value));
      }
      request.method = value;
    } else if (flag == "--jobs") {
      request.of_suite.jobs = number(flag, value, 1'000);
    } else if (flag == "--first-seed") {
      request.of_suite.first_seed = number(flag, value, 1'000'000, 0);
    } else if (flag == "--problem") {
      request.of_suite.problem = value;
    } else if (flag == "--tables") {
      request.of_suite.tables = value;
    } else {
      throw std::invalid_argument(fmt::format("there is no flag '{}'", flag));
    }
  }
  request.of_suite.seeds = request.seeds;
  request.of_suite.lag = request.lag;
  request.of_suite.method = request.method;
  return request;
}

double next(SearchLoop& loop, double (*score)(const search::ParamSet&)) {
  const double value = score(loop.ask().value());
  loop.tell(value);
  return value;
}

// The regret of each seed after each of kTrials. Stages are divided anew for each number of trials.
std::array<std::vector<double>, 3> regrets(const SearchBenchProblem& problem,
                                           const SamplerInfo& method,
                                           const Request& request) {
  std::array<std::vector<double>, 3> result;
  for (std::uint64_t seed = 0; seed < request.seeds; ++seed) {
    std::optional<SearchLoop> run;
    double best = 0.0;
    for (std::size_t i = 0; i < kTrials.size(); ++i) {
      if (i == 0 || method.staged()) {
        run.emplace(method, SearchTask{problem.space(), {}, seed, request.lag, kTrials[i]});
        best = 1e300;
      }
      while (run->done().size() < kTrials[i]) {
        best = std::min(best, next(*run, problem.regret));
      }
      result[i].push_back(best);
    }
  }
  return result;
}

double quantile(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end());
  const double at = q * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (at - static_cast<double>(below)) * (values[above] - values[below]);
}

json quality(const Request& request) {
  json rows = json::array();
  for (const SearchBenchProblem& problem : search_problems()) {
    for (const SamplerInfo& method : search::sampler_table()) {
      if (method.name == "grid" || (!request.method.empty() && method.name != request.method)) {
        continue;  // how good a grid is depends on how the person laid it
      }
      const auto values = regrets(problem, method, request);
      for (std::size_t i = 0; i < kTrials.size(); ++i) {
        rows.push_back({{"problem", problem.name},
                        {"method", method.name},
                        {"trials", kTrials[i]},
                        {"median", quantile(values[i], 0.5)},
                        {"q25", quantile(values[i], 0.25)},
                        {"q75", quantile(values[i], 0.75)},
                        {"regrets", values[i]}});
      }
    }
  }
  return rows;
}

struct CostCase {
  const char* method;
  std::size_t parameters;
  std::size_t trials;
};
constexpr std::array kCosts{
    CostCase{"random", 3, 10'000}, CostCase{"tpe", 3, 1'000},   CostCase{"tpe", 10, 1'000},
    CostCase{"tpe", 40, 1'000},    CostCase{"cmaes", 5, 2'000}, CostCase{"gp", 6, 100},
    CostCase{"gp", 6, 1'000},      CostCase{"bayes", 6, 100},   CostCase{"bayes", 6, 1'000}};

json costs(const Request& request) {
  json rows = json::array();
  for (const CostCase& of : kCosts) {
    if (!request.method.empty() && of.method != request.method) {
      continue;
    }
    search::Space space;
    for (std::size_t i = 0; i < of.parameters; ++i) {
      space.push_back({fmt::format("x{:02}", i), search::Numeric{0.0, 1.0, false, 0.0, false}});
    }
    auto score = [](const search::ParamSet& params) {
      double sum = 0.0;
      for (const auto& [name, value] : params) {
        sum += (value.number() - 0.4) * (value.number() - 0.4);
      }
      return sum;
    };
    // Bytes: of a second sampler that is asked for the last suggestion alone, after the first has
    // made the trials.
    SearchLoop run(*search::find_sampler(of.method), {space, {}, 1, 1, of.trials});
    double last = 0.0;
    constexpr std::size_t kLast = 10;
    for (std::size_t n = 0; n < of.trials; ++n) {
      next(run, score);
      last += n + kLast >= of.trials ? run.last() / kLast : 0.0;
    }
    const std::size_t before = mallinfo2().uordblks;
    search::SearchProblem problem{space, 1};
    const auto sampler = search::find_sampler(of.method)->make(problem);
    sampler->suggest(of.trials, {run.done(), {}});
    const std::size_t bytes = mallinfo2().uordblks - before;
    rows.push_back(
        {{"method", of.method},
         {"parameters", of.parameters},
         {"trials", of.trials},
         {"seconds", run.seconds()},
         {"last_ms", 1e3 * last},
         {"bytes", static_cast<double>(bytes) / static_cast<double>(of.trials * of.parameters)}});
  }
  return rows;
}

}  // namespace
}  // namespace hpsearch::bench

int main(int argc, char** argv) {
  try {
    const auto request = hpsearch::bench::parse(std::vector<std::string>(argv + 1, argv + argc));
    std::cout << (request.cost    ? hpsearch::bench::costs(request)
                  : request.suite ? hpsearch::bench::run_suite(request.of_suite)
                                  : hpsearch::bench::quality(request))
              << '\n';
  } catch (const std::exception& error) {
    std::cerr << "bench_search: " << error.what() << '\n';
    return 2;
  }
}

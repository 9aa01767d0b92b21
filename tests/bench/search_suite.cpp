#include "tests/bench/search_suite.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "search/samplers/sampler.h"
#include "tests/bench/search_loop.h"
#include "tests/bench/suite_problems.h"

namespace hpsearch::bench {
namespace {

constexpr std::array<std::size_t, 4> kTrials{20, 50, 100, 200};
constexpr double kNone = 1e300;

using Regrets = std::array<double, kTrials.size()>;

// One search; with stages one for each number of trials, as they are divided anew.
Regrets search_once(const SuiteProblem& problem,
                    const search::SamplerInfo& method,
                    std::uint64_t seed,
                    std::uint64_t lag) {
  Regrets regrets{};
  std::optional<SearchLoop> loop;
  double best_score = kNone;
  double regret = kNone;
  for (std::size_t i = 0; i < kTrials.size(); ++i) {
    if (i == 0 || method.staged()) {
      loop.emplace(method,
                   SearchTask{problem.space, problem.constraints, seed, lag, kTrials[i], true});
      best_score = regret = kNone;
    }
    while (loop->done().size() < kTrials[i]) {
      const auto params = loop->ask();
      if (!params) {
        break;
      }
      const SuiteTrial trial = problem.trial(*params);
      if (trial.score && *trial.score < best_score) {
        best_score = *trial.score;
        regret = trial.regret;
      }
      loop->tell(trial.score);
    }
    regrets[i] = regret;
  }
  return regrets;
}

struct Run {
  const SuiteProblem* problem;
  const search::SamplerInfo* method;
  std::vector<Regrets> regrets;  // by seed
};

}  // namespace

nlohmann::json run_suite(const SuiteRequest& request) {
  std::vector<SuiteProblem> problems = formula_problems();
  std::vector<SuiteProblem> tables = table_problems(request.tables);
  std::move(tables.begin(), tables.end(), std::back_inserter(problems));
  std::vector<Run> runs;
  for (const SuiteProblem& problem : problems) {
    for (const search::SamplerInfo& method : search::sampler_table()) {
      // How good a grid is depends on how the person laid it.
      if (method.name != "grid" && (request.method.empty() || method.name == request.method) &&
          (request.problem.empty() || problem.name == request.problem)) {
        runs.push_back({&problem, &method, std::vector<Regrets>(request.seeds)});
      }
    }
  }
  if (runs.empty()) {
    throw std::runtime_error(fmt::format("no problem has the name '{}'", request.problem));
  }
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::exception_ptr error;
  auto work = [&] {
    try {
      for (std::size_t i = next++; i < runs.size() * request.seeds; i = next++) {
        Run& run = runs[i / request.seeds];
        const std::uint64_t seed = i % request.seeds;
        run.regrets[seed] =
            search_once(*run.problem, *run.method, request.first_seed + seed, request.lag);
      }
    } catch (...) {
      const std::lock_guard lock(mutex);
      error = std::current_exception();
      next = runs.size() * request.seeds;
    }
  };
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t job = 1; job < request.jobs; ++job) {
      threads.emplace_back(work);
    }
    work();
  }
  if (error) {
    std::rethrow_exception(error);
  }
  nlohmann::json rows = nlohmann::json::array();
  for (const Run& run : runs) {
    for (std::size_t i = 0; i < kTrials.size(); ++i) {
      std::vector<double> regrets;
      for (const Regrets& of : run.regrets) {
        regrets.push_back(of[i]);
      }
      rows.push_back({{"problem", run.problem->name},
                      {"method", run.method->name},
                      {"lag", request.lag},
                      {"trials", kTrials[i]},
                      {"regrets", std::move(regrets)}});
    }
  }
  return rows;
}

}  // namespace hpsearch::bench

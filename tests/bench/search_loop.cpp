#include "tests/bench/search_loop.h"

#include <ctime>

#include <fmt/format.h>

#include "search/samplers/choose.h"

namespace hpsearch::bench {
namespace {

using search::Learns;
using search::Observation;

std::string key(int stage, const search::ParamSet& params) {
  return fmt::format("{} {}", stage, search::params_json(params));
}

}  // namespace

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

SearchLoop::SearchLoop(const search::SamplerInfo& method, SearchTask task)
    : method_(method), task_(std::move(task)) {
  search::SearchProblem problem{task_.space, task_.seed};
  problem.constraints = task_.constraints;
  problem.lag = task_.lag;
  if (method.staged()) {
    problem.options.stages = search::default_stages(3, 1);
    for (const std::int64_t count :
         search::split_trials(static_cast<std::int64_t>(task_.trials), problem.options.stages)) {
      problem.stages.push_back({1, count, count, count});
    }
  }
  sampler_ = method.make(problem);
}

std::optional<search::ParamSet> SearchLoop::ask() {
  const std::uint64_t n = done_.size();
  std::size_t ended = n;
  std::vector<Observation> pending;
  if (method_.learns == Learns::kTrials) {
    ended = n + 1 >= task_.lag ? n + 1 - task_.lag : 0;
    pending.assign(done_.begin() + static_cast<std::ptrdiff_t>(ended), done_.end());
    for (Observation& trial : pending) {
      trial.state = search::TrialState::kRunning;
      trial.score.reset();
    }
  } else if (method_.staged()) {
    ended = sampler_->needs(n);
  }
  const search::Known known{std::span(done_).first(ended), pending};
  const double begin = cpu_seconds();
  if (task_.as_a_sweep) {
    const search::Rules rules{task_.space, task_.constraints, task_.seed,
                              [this](int stage, const search::ParamSet& params) {
                                return tried_.contains(key(stage, params));
                              }};
    asked_ = search::choose(*sampler_, rules, n, known);
  } else {
    asked_ = sampler_->suggest(n, known);
  }
  last_ = cpu_seconds() - begin;
  seconds_ += last_;
  return asked_ ? std::optional(asked_->params) : std::nullopt;
}

void SearchLoop::tell(std::optional<double> score) {
  if (task_.as_a_sweep) {
    tried_.insert(key(asked_->stage, asked_->params));
  }
  const auto state = score ? search::TrialState::kComplete : search::TrialState::kDiverged;
  done_.push_back({done_.size(), asked_->stage, state, std::move(asked_->params), score, 1});
  asked_.reset();
}

}  // namespace hpsearch::bench

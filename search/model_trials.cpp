#include "search/model_trials.h"

#include <algorithm>
#include <cmath>

namespace hpsearch::search {
namespace {

using Result = ModelTrial::Result;

Result result_of(const Observation& trial) {
  if (trial.state == TrialState::kComplete || trial.state == TrialState::kPruned) {
    const bool finite = trial.score && std::isfinite(*trial.score);
    return !finite                                ? Result::kNone
           : trial.state == TrialState::kComplete ? Result::kComplete
                                                  : Result::kPruned;
  }
  return Result::kNone;
}

}  // namespace

bool better(const ModelTrial& a, const ModelTrial& b) {
  if (a.result != b.result) {
    return a.result < b.result;
  }
  if (a.result == Result::kPruned && a.epochs != b.epochs) {
    return a.epochs > b.epochs;
  }
  if (a.result != Result::kNone && a.score != b.score) {
    return a.score < b.score;
  }
  return a.number < b.number;
}

std::vector<ModelTrial> ModelTrials::read(const Known& known) {
  std::vector<ModelTrial> trials;
  trials.reserve(known.ended.size() + known.pending.size());
  for (const Observation& trial : known.ended) {
    trials.push_back(
        {trial.number, result_of(trial), trial.score.value_or(0.0), trial.epochs, point(trial)});
  }
  for (const Observation& trial : known.pending) {
    trials.push_back({trial.number, Result::kPending, 0.0, 0, point(trial)});
  }
  auto by_number = [](const ModelTrial& a, const ModelTrial& b) { return a.number < b.number; };
  if (!std::is_sorted(trials.begin(), trials.end(), by_number)) {  // the greedy mode
    std::sort(trials.begin(), trials.end(), by_number);
  }
  return trials;
}

const double* ModelTrials::point(const Observation& trial) {
  const auto number = static_cast<std::size_t>(trial.number);
  if (number >= points_.size()) {
    points_.resize(number + 1);
  }
  std::vector<double>& point = points_[number];
  if (point.empty() && space_.size() > 0) {
    point.resize(space_.size());
    space_.encode(trial.params, point);
  }
  return point.data();
}

}  // namespace hpsearch::search

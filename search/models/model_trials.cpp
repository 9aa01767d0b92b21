#include "search/models/model_trials.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "search/models/curve_prediction.h"

namespace hpsearch::search {
namespace {

using Result = ModelTrial::Result;

Result result_of(const Observation& trial) {
  if (trial.state == TrialState::kComplete || trial.state == TrialState::kPruned) {
    const bool finite = trial.score && std::isfinite(*trial.score);
    // A complete trial without a finite score counts as one without a result.
    return !finite                                ? Result::kNone
           : trial.state == TrialState::kComplete ? Result::kComplete
                                                  : Result::kPruned;
  }
  return Result::kNone;
}

// Trials that were pruned, or trained for an earlier sweep, lack margins: unknown is neither
// feasible nor hopeless.
void judge(std::vector<ModelTrial>& trials) {
  std::vector<double> sums;
  std::vector<double> counts;
  for (const ModelTrial& trial : trials) {
    sums.resize(std::max(sums.size(), trial.margins.size()));
    counts.resize(sums.size());
    for (std::size_t i = 0; i < trial.margins.size(); ++i) {
      if (!std::isnan(trial.margins[i])) {
        sums[i] += std::max(0.0, trial.margins[i]);
        counts[i] += 1.0;
      }
    }
  }
  for (ModelTrial& trial : trials) {
    if (sums.empty() || trial.result >= Result::kNone) {
      continue;
    }
    for (std::size_t i = 0; i < sums.size(); ++i) {
      if (i < trial.margins.size() && !std::isnan(trial.margins[i])) {
        trial.violation += std::max(0.0, trial.margins[i]);
      } else {
        trial.violation += counts[i] > 0.0 ? sums[i] / counts[i] : 0.0;
        trial.judged = false;
      }
    }
  }
}

}  // namespace

bool better(const ModelTrial& a, const ModelTrial& b) {
  const auto has_result = [](const ModelTrial& trial) { return trial.result < Result::kNone; };
  if (has_result(a) && has_result(b) && a.violation != b.violation) {
    return a.violation < b.violation;
  }
  return scores_better(a, b);
}

bool scores_better(const ModelTrial& a, const ModelTrial& b) {
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

ModelTrials::ModelTrials(const UnitSpace& space, std::span<const Observation> earlier)
    : space_(space), earlier_points_(earlier.size() * space.size()) {
  for (std::size_t i = 0; i < earlier.size(); ++i) {
    const std::span<double> point =
        std::span(earlier_points_).subspan(i * space.size(), space.size());
    space.encode(earlier[i].params, point);
    earlier_.push_back({i, result_of(earlier[i]), earlier[i].score.value_or(0.0), earlier[i].epochs,
                        point.data()});
  }
}

std::vector<ModelTrial> ModelTrials::read(const Known& known) {
  std::vector<ModelTrial> trials;
  trials.reserve(earlier_.size() + known.ended.size() + known.pending.size());
  trials.assign(earlier_.begin(), earlier_.end());
  append_own(known, earlier_.size(), trials);
  judge(trials);
  return trials;
}

std::vector<ModelTrial> ModelTrials::read_own(const Known& known) {
  std::vector<ModelTrial> trials;
  append_own(known, 0, trials);
  judge(trials);
  return trials;
}

// Appends this sweep's trials; `first` is the number that trial 0 gets among `trials`.
void ModelTrials::append_own(const Known& known,
                             std::uint64_t first,
                             std::vector<ModelTrial>& trials) {
  const auto begin = static_cast<std::ptrdiff_t>(trials.size());
  const CurvePrediction curves(known.ended);
  predicted_ = 0;
  std::set<std::uint64_t> gone_on;  // with the results of those that continue them
  for (const Observation& trial : known.ended) {
    if (trial.continues) {
      gone_on.insert(*trial.continues);
    }
  }
  for (const Observation& trial : known.ended) {
    if (gone_on.contains(trial.number)) {
      continue;
    }
    trials.push_back({first + trial.number, result_of(trial), trial.score.value_or(0.0),
                      trial.epochs, point(trial), trial.margins});
    ModelTrial& one = trials.back();
    const auto predicted = one.result == Result::kPruned ? curves.predict(trial) : std::nullopt;
    if (predicted) {
      one.result = Result::kComplete;
      one.score = predicted->score;
      ++predicted_;
    }
  }
  for (const Observation& trial : known.pending) {
    trials.push_back({first + trial.number, Result::kPending, 0.0, 0, point(trial)});
  }
  auto by_number = [](const ModelTrial& a, const ModelTrial& b) { return a.number < b.number; };
  if (!std::is_sorted(trials.begin() + begin, trials.end(), by_number)) {  // greedy mode only
    std::sort(trials.begin() + begin, trials.end(), by_number);
  }
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

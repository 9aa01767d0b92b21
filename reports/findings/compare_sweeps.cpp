#include "reports/findings/compare_sweeps.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "reports/statistics/expected_best.h"
#include "search/space/quantiles.h"

namespace hpsearch::reports {
namespace {

using search::TrialState;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

bool is_bad(const TrialData& trial) {
  return trial.row.state == TrialState::kDiverged || trial.row.state == TrialState::kFailed;
}

int last_stage(const SweepData& data) {
  return data.ranked.empty() ? 0 : data.trials[data.ranked.front()].row.stage;
}

// Values do not compare across the border of feasibility, unless nothing is feasible.
bool compares(const SweepData& data, const TrialData& trial) {
  return trial.row.violation == 0.0 || data.trials[data.ranked.front()].row.violation > 0.0;
}

// Scores of the competing trials, plus infinity for each failure in their stage.
std::vector<double> scores_of(const SweepData& data) {
  std::vector<double> scores;
  for (const std::size_t i : data.ranked) {
    if (compares(data, data.trials[i])) {
      scores.push_back(*data.trials[i].score);
    }
  }
  for (const TrialData& trial : data.trials) {
    if (is_bad(trial) && trial.row.stage == last_stage(data)) {
      scores.push_back(kInfinity);
    }
  }
  return scores;
}

// Ascending, with infinities replaced by the worst finite score, as expectations need finite
// values. Empty if no score is finite.
std::vector<double> finite_scores(std::vector<double> scores) {
  double worst = -kInfinity;
  for (const double score : scores) {
    worst = std::isfinite(score) ? std::max(worst, score) : worst;
  }
  for (double& score : scores) {
    score = std::isfinite(score) ? score : worst;
  }
  std::sort(scores.begin(), scores.end());
  return worst == -kInfinity ? std::vector<double>{} : scores;
}

SweepFigures figures_of(const SweepData& data) {
  SweepFigures figures;
  figures.sweep = data.sweep;
  for (const TrialData& trial : data.trials) {
    const bool ended = trial.complete() || is_bad(trial) || trial.row.state == TrialState::kPruned;
    figures.trials += ended ? 1U : 0U;
    figures.complete += trial.complete() ? 1U : 0U;
    figures.bad += is_bad(trial) ? 1U : 0U;
    figures.epochs += trial.row.epochs_done;
    figures.seconds += trial.row.seconds.value_or(0.0);
  }
  std::vector<double> values;
  for (const std::size_t i : data.ranked) {
    values.push_back(*data.trials[i].row.value);
  }
  values = search::sorted(values);
  figures.compared = values.size();
  figures.median = search::quantile(values, 0.5);
  figures.quartile_low = search::quantile(values, 0.25);
  figures.quartile_high = search::quantile(values, 0.75);
  if (!data.ranked.empty()) {
    figures.best = data.trials[data.ranked.front()].row;
  }
  return figures;
}

double as_value(const SweepData& data, double score) {
  return data.maximize() ? -score : score;
}

// The best competing value among the first `count` ended trials, by number.
double found(const SweepData& data, std::size_t count) {
  double best = kInfinity;
  std::size_t seen = 0;
  for (const TrialData& trial : data.trials) {
    if (seen == count) {
      break;
    }
    const bool ended = trial.complete() || is_bad(trial) || trial.row.state == TrialState::kPruned;
    seen += ended ? 1U : 0U;
    if (trial.complete() && trial.row.stage == last_stage(data) && compares(data, trial)) {
      best = std::min(best, *trial.score);
    }
  }
  return std::isfinite(best) ? as_value(data, best) : kNone;
}

void add_budgets(const SweepData& data, const SweepComparison& c, SweepFigures& figures) {
  const std::vector<double> scores = finite_scores(scores_of(data));
  figures.expected_at_trials = figures.expected_at_epochs = kNone;
  figures.found_at_trials = found(data, c.equal_trials);
  // The cost of a competing trial. Trials of earlier stages are cheaper.
  double epochs = 0.0;
  for (const std::size_t i : data.ranked) {
    epochs += data.trials[i].row.epochs_done;
  }
  if (scores.empty() || c.equal_trials == 0 || epochs <= 0.0) {
    return;
  }
  const double each = epochs / static_cast<double>(data.ranked.size());
  // At least one trial; the small constant absorbs the rounding of exact quotients.
  figures.trials_at_epochs = std::max<std::size_t>(
      1, static_cast<std::size_t>(static_cast<double>(c.equal_epochs) / each + 1e-9));
  figures.expected_at_trials = as_value(data, expected_best(scores, c.equal_trials));
  figures.expected_at_epochs = as_value(data, expected_best(scores, figures.trials_at_epochs));
}

}  // namespace

SweepComparison compare_sweeps(const SweepData& a,
                               const SweepData& b,
                               std::vector<ConfigDifference> config) {
  SweepComparison c;
  c.a = figures_of(a);
  c.b = figures_of(b);
  c.config = std::move(config);
  c.comparable = a.sweep.metric == b.sweep.metric && a.sweep.goal == b.sweep.goal;
  c.equal_trials = std::min(c.a.trials, c.b.trials);
  c.equal_epochs = std::min(c.a.epochs, c.b.epochs);
  add_budgets(a, c, c.a);
  add_budgets(b, c, c.b);
  if (c.comparable && !a.ranked.empty() && !b.ranked.empty()) {
    // mann_whitney() asks which group is larger; scores are better when smaller.
    auto turned = [](std::vector<double> scores) {
      for (double& score : scores) {
        score = -score;
      }
      return scores;
    };
    c.ranks = mann_whitney(turned(scores_of(a)), turned(scores_of(b)));
    c.beaten_by_a = share_worse(scores_of(b), *a.trials[a.ranked.front()].score);
    c.beaten_by_b = share_worse(scores_of(a), *b.trials[b.ranked.front()].score);
    c.to_match_a = trials_to_match(finite_scores(scores_of(b)), *a.trials[a.ranked.front()].score);
    c.to_match_b = trials_to_match(finite_scores(scores_of(a)), *b.trials[b.ranked.front()].score);
  }
  return c;
}

}  // namespace hpsearch::reports

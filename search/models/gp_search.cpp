#include "search/models/gp_search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "search/models/acquisition.h"
#include "search/models/score_warp.h"
#include "search/space/normal.h"

namespace hpsearch::search {
namespace {

constexpr int kFitIterations = 25;

// Pearson's correlation of values and leave-one-out predictions in the better half.
double skill_of(const GpPosterior& posterior) {
  const std::vector<double>& y = posterior.data().y;
  const auto predictions = posterior.leave_one_out();
  std::vector<std::size_t> better(y.size());
  std::iota(better.begin(), better.end(), 0);
  std::stable_sort(better.begin(), better.end(),
                   [&](std::size_t a, std::size_t b) { return y[a] < y[b]; });
  better.resize((better.size() + 1) / 2);
  const auto n = static_cast<double>(better.size());
  double mean = 0.0;
  double predicted_mean = 0.0;
  for (const std::size_t i : better) {
    mean += y[i] / n;
    predicted_mean += predictions[i].mean / n;
  }
  double both = 0.0;
  double squares = 0.0;
  double predicted_squares = 0.0;
  for (const std::size_t i : better) {
    const double a = y[i] - mean;
    const double b = predictions[i].mean - predicted_mean;
    both += a * b;
    squares += a * a;
    predicted_squares += b * b;
  }
  const double product = squares * predicted_squares;
  return product > 0.0 ? both / std::sqrt(product) : 0.0;
}

// Which trials the model uses, as indices in their order: all, or the better half of `most` by rank
// and the newest of the others.
std::vector<std::size_t> chosen_of(std::span<const ModelTrial* const> ended, std::size_t most) {
  std::vector<std::size_t> chosen(ended.size());
  std::iota(chosen.begin(), chosen.end(), 0);
  if (ended.size() > most) {
    std::sort(chosen.begin(), chosen.end(),
              [&](std::size_t a, std::size_t b) { return better(*ended[a], *ended[b]); });
    const auto half = chosen.begin() + static_cast<std::ptrdiff_t>(most / 2);
    std::sort(half, chosen.end(), std::greater<>());
    chosen.resize(most);
    std::sort(chosen.begin(), chosen.end());
  }
  return chosen;
}

// Without rows.
GpData empty_data(const UnitSpace& space) {
  GpData data;
  data.columns.resize(space.size());
  for (const Axis& axis : space.axes()) {
    data.categorical.push_back(axis.kind() == Axis::Kind::kCategorical);
  }
  return data;
}

// A margin of a <= b as half the logarithm of a / b, where both are positive: with less curvature,
// which a Gaussian process predicts better. 0 stays 0.
double stretched(double margin) {
  constexpr double kMost = 1.0 - 1e-6;  // that of numbers of opposite signs is infinite
  return std::atanh(std::clamp(margin, -kMost, kMost));
}

double stretched_violation(std::span<const double> margins) {
  double sum = 0.0;
  for (const double margin : margins) {
    sum += std::max(0.0, stretched(margin));
  }
  return sum;
}

std::size_t constraints_of(std::span<const ModelTrial* const> trials) {
  std::size_t most = 0;
  for (const ModelTrial* trial : trials) {
    most = std::max(most, trial->margins.size());
  }
  return most;
}

}  // namespace

double GpSearch::suggest(std::span<const ModelTrial> trials,
                         const Allowed& allowed,
                         nn::Stream& stream,
                         std::span<double> point) {
  std::vector<const ModelTrial*> ended;
  std::vector<const ModelTrial*> pending;
  for (const ModelTrial& trial : trials) {
    (trial.result == ModelTrial::Result::kPending ? pending : ended).push_back(&trial);
  }
  const Fit& fit = fit_to(ended);
  const std::size_t constraints = constraints_of(ended);
  GpKernel kernel = fit.kernel;
  const std::vector<std::size_t> chosen = chosen_of(ended, kMaxTrials);
  GpPosterior posterior(data_of(ended, chosen), kernel);
  FeasibleRegion region = region_of(ended, fit);
  // Taken before pending trials are added: only real results can be improved on.
  std::optional<double> best = best_of(posterior, ended, chosen);
  if (!best) {  // no trial is feasible yet: first the violation is to improve
    ScaledMargins violations = margins_of(ended, constraints, kMaxTrials);
    if (violations.data.size() > 0) {
      kernel = fit.of_margins.back();
      posterior = GpPosterior(std::move(violations.data), kernel);
      region = {};
    }
    const std::vector<double> means = posterior.means();
    best = *std::min_element(means.begin(), means.end());
  }
  if (!pending.empty()) {
    // Kriging believer: condition on the predictions, with the kernel left as it is.
    GpData believed = posterior.data();
    for (const ModelTrial* trial : pending) {
      const std::vector<double> at = coordinates({trial->point, space_.size()});
      add(believed, trial->point, posterior.at(at).mean);
    }
    posterior = GpPosterior(std::move(believed), kernel);
  }
  std::vector<const double*> incumbents;
  std::vector<const ModelTrial*> ranked = ended;
  const auto top = static_cast<std::ptrdiff_t>(std::min<std::size_t>(5, ranked.size()));
  std::partial_sort(ranked.begin(), ranked.begin() + top, ranked.end(),
                    [](const ModelTrial* a, const ModelTrial* b) { return better(*a, *b); });
  for (const ModelTrial* trial : std::span(ranked).first(static_cast<std::size_t>(top))) {
    incumbents.push_back(trial->point);
  }
  Acquisition acquisition(space_, posterior, region, *best, allowed);
  acquisition.maximise(incumbents, stream, point);
  const std::vector<double> at = coordinates(point);
  const GpPosterior::Prediction there = posterior.at(at);
  const double better =
      normal_cdf((*best - there.mean) / std::sqrt(std::max(there.variance, 1e-12)));
  return region.empty() ? better : better * std::exp(region.log_chance(at));
}

// The means, not the scores: where scores are noisy, the least one is luck that nothing improves
// on.
std::optional<double> GpSearch::best_of(const GpPosterior& posterior,
                                        std::span<const ModelTrial* const> ended,
                                        std::span<const std::size_t> chosen) const {
  const std::vector<double> means = posterior.means();
  const bool judged = constraints_of(ended) > 0;
  std::optional<double> best;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const ModelTrial& trial = *ended[chosen[i]];
    const bool feasible = trial.violation == 0.0 &&
                          (!judged || (trial.judged && trial.result < ModelTrial::Result::kNone));
    if (feasible && (!best || means[i] < *best)) {
      best = means[i];
    }
  }
  return best;
}

GpSearch::ScaledMargins GpSearch::margins_of(std::span<const ModelTrial* const> ended,
                                             std::size_t constraint,
                                             std::size_t most) const {
  const bool violation = constraint == constraints_of(ended);
  std::vector<const ModelTrial*> judged;
  std::vector<double> values;
  double worst = 0.0;
  for (const ModelTrial* trial : ended) {
    const bool is_judged = !trial->margins.empty() &&
                           (violation ? trial->judged : !std::isnan(trial->margins[constraint]));
    if (is_judged) {
      judged.push_back(trial);
      values.push_back(violation ? stretched_violation(trial->margins)
                                 : stretched(trial->margins[constraint]));
      worst = std::max(worst, values.back());
    } else if (violation && trial->result == ModelTrial::Result::kNone) {  // as bad as the worst
      judged.push_back(trial);
      values.push_back(std::numeric_limits<double>::infinity());
    }
  }
  std::replace(values.begin(), values.end(), std::numeric_limits<double>::infinity(), worst);
  if (judged.size() > most) {  // the newest
    const auto old = static_cast<std::ptrdiff_t>(judged.size() - most);
    judged.erase(judged.begin(), judged.begin() + old);
    values.erase(values.begin(), values.begin() + old);
  }
  const auto n = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double variance = 0.0;
  for (const double value : values) {
    variance += (value - mean) * (value - mean) / n;
  }
  ScaledMargins scaled{empty_data(space_), 0.0};
  if (values.empty() || variance < 1e-18) {  // rounding
    return scaled;
  }
  const double deviation = std::sqrt(variance);
  for (std::size_t i = 0; i < judged.size(); ++i) {
    add(scaled.data, judged[i]->point, (values[i] - mean) / deviation);
  }
  scaled.border = -mean / deviation;
  return scaled;
}

FeasibleRegion GpSearch::region_of(std::span<const ModelTrial* const> ended, const Fit& fit) const {
  FeasibleRegion region;
  for (std::size_t constraint = 0; constraint < constraints_of(ended); ++constraint) {
    ScaledMargins scaled = margins_of(ended, constraint, kMaxTrials);
    if (scaled.data.size() > 0) {
      region.add(GpPosterior(std::move(scaled.data), fit.of_margins[constraint]), scaled.border);
    }
  }
  return region;
}

double GpSearch::skill(std::span<const ModelTrial> trials) {
  std::vector<const ModelTrial*> ended;
  for (const ModelTrial& trial : trials) {
    if (trial.result != ModelTrial::Result::kPending) {
      ended.push_back(&trial);
    }
  }
  return ended.empty() ? 0.0 : fit_to(ended).skill;
}

const GpSearch::Fit& GpSearch::fit_to(std::span<const ModelTrial* const> ended) {
  // Refitting after every trial would be slow. The number of trials fitted to is rounded down to a
  // multiple of a twentieth, so the cached kernel serves several suggestions.
  const std::size_t every = std::max<std::size_t>(1, ended.size() / 20);
  const std::size_t count = ended.size() <= 40 ? ended.size() : ended.size() / every * every;
  std::vector<Learnt> learnt;
  for (const ModelTrial* trial : ended.first(count)) {
    learnt.emplace_back(*trial);
  }
  // An own trial may have brought the first margins.
  const std::size_t constraints = constraints_of(ended);
  const std::size_t of_margins_count = constraints > 0 ? constraints + 1 : 0;
  if (!fit_ || fit_->learnt != learnt || fit_->of_margins.size() != of_margins_count) {
    const auto fitted = ended.first(count);
    const GpKernel start = default_gp_kernel(space_.size());
    const GpData data = data_of(fitted, chosen_of(fitted, kMaxFitted));
    const GpKernel kernel = fit_gp(data, start, kFitIterations);
    std::vector<GpKernel> of_margins;
    for (std::size_t i = 0; i < of_margins_count; ++i) {
      const ScaledMargins scaled = margins_of(fitted, i, kMaxFitted);
      of_margins.push_back(scaled.data.size() > 0 ? fit_gp(scaled.data, start, kFitIterations)
                                                  : start);
    }
    fit_ = {std::move(learnt), kernel, skill_of(GpPosterior(data, kernel)), std::move(of_margins)};
  }
  return *fit_;
}

GpData GpSearch::data_of(std::span<const ModelTrial* const> ended,
                         std::span<const std::size_t> chosen) const {
  const std::vector<double> y = warped_scores(ended);
  GpData data = empty_data(space_);
  for (const std::size_t i : chosen) {
    add(data, ended[i]->point, y[i]);
  }
  return data;
}

void GpSearch::add(GpData& data, const double* point, double y) const {
  const std::vector<double> at = coordinates({point, space_.size()});
  for (std::size_t axis = 0; axis < at.size(); ++axis) {
    data.columns[axis].push_back(at[axis]);
  }
  data.y.push_back(y);
}

std::vector<double> GpSearch::coordinates(std::span<const double> point) const {
  std::vector<double> result(point.begin(), point.end());
  std::replace_if(
      result.begin(), result.end(), [](double x) { return std::isnan(x); }, kNoValue);
  return result;
}

}  // namespace hpsearch::search

#include "search/models/gp_search.h"

#include <algorithm>
#include <cmath>
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
  const GpKernel kernel = fit_to(ended).kernel;
  GpPosterior posterior(data_of(ended, kMaxTrials), kernel);
  // Taken before pending trials are added: only real results can be improved on. The means, not the
  // scores: where scores are noisy, the least one is luck that nothing improves on.
  const std::vector<double> means = posterior.means();
  const double best = *std::min_element(means.begin(), means.end());
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
  Acquisition acquisition(space_, posterior, best, allowed);
  acquisition.maximise(incumbents, stream, point);
  const GpPosterior::Prediction there = posterior.at(coordinates(point));
  return normal_cdf((best - there.mean) / std::sqrt(std::max(there.variance, 1e-12)));
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
  if (!fit_ || fit_->learnt != learnt) {
    const GpData data = data_of(ended.first(count), kMaxFitted);
    const GpKernel kernel = fit_gp(data, default_gp_kernel(space_.size()), kFitIterations);
    fit_ = {std::move(learnt), kernel, skill_of(GpPosterior(data, kernel))};
  }
  return *fit_;
}

GpData GpSearch::data_of(std::span<const ModelTrial* const> ended, std::size_t most) const {
  const std::vector<double> y = warped_scores(ended);
  std::vector<std::size_t> chosen(ended.size());
  std::iota(chosen.begin(), chosen.end(), 0);
  if (ended.size() > most) {
    std::sort(chosen.begin(), chosen.end(),
              [&](std::size_t a, std::size_t b) { return better(*ended[a], *ended[b]); });
    // The better half by rank, and the newest of the others.
    const auto half = chosen.begin() + static_cast<std::ptrdiff_t>(most / 2);
    std::sort(half, chosen.end(), std::greater<>());
    chosen.resize(most);
    // Back in trial order.
    std::sort(chosen.begin(), chosen.end());
  }
  GpData data;
  data.columns.resize(space_.size());
  for (const Axis& axis : space_.axes()) {
    data.categorical.push_back(axis.kind() == Axis::Kind::kCategorical);
  }
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

#include "search/pruners/wilcoxon_pruner.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "search/sweep/feasibility.h"

namespace hpsearch::search {
namespace {

constexpr std::array kOptions{
    PrunerOption{.name = "p",
                 .kind = PrunerOption::Kind::kReal,
                 .fallback = 0.1,
                 .min = 0.0,
                 .max = 1.0,
                 .meaning = "the p value of the test that ends a trial"},
    PrunerOption{.name = "min_folds",
                 .fallback = std::int64_t{2},
                 .min = 2,
                 .max = kMostIterations,
                 .meaning = "folds that a trial trains in any case"},
    warmup_trials(),
};

double mean(std::span<const double> numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), 0.0) / static_cast<double>(numbers.size());
}

class WilcoxonPruner final : public Pruner {
 public:
  explicit WilcoxonPruner(const PrunerSetup& setup)
      : p_(*real(setup.options, "p")),
        min_folds_(static_cast<std::size_t>(*whole(setup.options, "min_folds"))),
        metric_(setup.metric) {}

  PruneRule rule(const Known& /*known*/, const Contender& /*contender*/) override { return {}; }

  FoldRule fold_rule(const Known& known, const Contender& contender) override {
    const Observation* best = nullptr;
    for (const Observation& trial : known.ended) {
      if (trial.stage == contender.stage && trial.state == TrialState::kComplete && trial.score &&
          !trial.fold_scores.empty() && violation_of(trial.margins) == 0.0 &&
          (best == nullptr || *trial.score < *best->score)) {
        best = &trial;
      }
    }
    if (best == nullptr) {
      return {};
    }
    return [best = best->fold_scores, number = best->number, p = p_, min_folds = min_folds_,
            metric = metric_](std::span<const double> folds) -> std::optional<Judgement> {
      if (folds.size() < min_folds || folds.size() > best.size()) {
        return std::nullopt;
      }
      std::vector<double> differences;
      for (std::size_t f = 0; f < folds.size(); ++f) {
        differences.push_back(folds[f] - best[f]);
      }
      const bool finite = std::all_of(differences.begin(), differences.end(),
                                      [](double d) { return std::isfinite(d); });
      if (!finite) {
        return std::nullopt;
      }
      const double own = mean(folds);
      const double other = mean(std::span(best).first(folds.size()));
      Judgement judgement{.pruner = "wilcoxon",
                          .iteration = std::ssize(folds),
                          .value = signed_rank_p(differences),
                          .threshold = p};
      judgement.pruned = judgement.value < p && own > other;
      if (judgement.pruned) {
        judgement.text = fmt::format(
            "the mean of its first {} folds, {:.6g}, is worse than {:.6g} of trial {}, with p = "
            "{:.3g}",
            folds.size(), metric.score(own), metric.score(other), number, judgement.value);
      }
      return judgement;
    };
  }

 private:
  double p_;
  std::size_t min_folds_;
  Metric metric_;
};

}  // namespace

double signed_rank_p(std::span<const double> differences) {
  const std::size_t count = differences.size();
  std::vector<double> sizes;
  for (const double d : differences) {
    sizes.push_back(std::abs(d));
  }
  // Twice the rank, which is whole where equal ones share their mean, for each difference.
  std::vector<std::size_t> ranks;
  for (const double size : sizes) {
    const auto below =
        std::count_if(sizes.begin(), sizes.end(), [&](double s) { return s < size; });
    const auto equal = std::count(sizes.begin(), sizes.end(), size);
    ranks.push_back(static_cast<std::size_t>(2 * below + equal + 1));
  }
  // The zeros' halves are on both sides and change nothing: only the others' signs are random.
  std::vector<double> ways{1.0};  // of signs, by twice the sum of the positive ranks
  std::size_t observed = 0;
  double all = 1.0;
  for (std::size_t i = 0; i < count; ++i) {
    if (differences[i] == 0.0) {
      continue;
    }
    observed += differences[i] > 0.0 ? ranks[i] : 0;
    std::vector<double> next(ways.size() + ranks[i], 0.0);
    for (std::size_t sum = 0; sum < ways.size(); ++sum) {
      next[sum] += ways[sum];
      next[sum + ranks[i]] += ways[sum];
    }
    ways = std::move(next);
    all *= 2.0;
  }
  const auto from = ways.begin() + static_cast<std::ptrdiff_t>(observed);
  return std::accumulate(from, ways.end(), 0.0) / all;
}

PrunerInfo wilcoxon_info() {
  return {.name = "wilcoxon",
          .meaning = "ends trials in folds that a signed-rank test finds worse than the best one",
          .options = kOptions,
          .make = [](const PrunerSetup& setup) -> std::unique_ptr<Pruner> {
            return std::make_unique<WilcoxonPruner>(setup);
          },
          .rungs = [](const PrunerOptions& /*options*/,
                      std::int64_t /*epochs*/) -> std::vector<std::int64_t> { return {}; },
          .terms =
              [](const PrunerOptions& options) {
                return fmt::format(
                    "after {} folds or more, a trial goes on unless the best one is better on them "
                    "with p < {:g}",
                    *whole(options, "min_folds"), *real(options, "p"));
              },
          .needs_folds = true};
}

}  // namespace hpsearch::search

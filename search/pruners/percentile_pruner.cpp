#include "search/pruners/percentile_pruner.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "search/pruners/rung_scores.h"

namespace hpsearch::search {
namespace {

constexpr PrunerOption kInterval{.name = "interval",
                                 .fallback = std::int64_t{1},
                                 .min = 1,
                                 .max = kMostIterations,
                                 .meaning = "epochs from one judgement to the next"};
constexpr PrunerOption kMinTrials{.name = "min_trials",
                                  .fallback = std::int64_t{3},
                                  .min = 1,
                                  .max = kMostIterations,
                                  .meaning = "complete trials that an epoch needs to be judged"};
constexpr PrunerOption kPercentile{.name = "percentile",
                                   .kind = PrunerOption::Kind::kReal,
                                   .fallback = 25.0,
                                   .min = 0.0,
                                   .max = 100.0,
                                   .meaning = "how many of a hundred trials go on"};
constexpr std::array kMedianOptions{kInterval, kMinTrials, warmup_epochs(1), warmup_trials(5)};
constexpr std::array kPercentileOptions{kPercentile, kInterval, kMinTrials, warmup_epochs(1),
                                        warmup_trials(5)};

bool is_complete(const Observation& trial) {
  return trial.state == TrialState::kComplete;
}

Rungs rungs_of(const PrunerOptions& options) {
  return Rungs::every(*whole(options, "interval"), *whole(options, "warmup_epochs"));
}

class PercentilePruner final : public Pruner {
 public:
  PercentilePruner(const PrunerSetup& setup, std::string name, double percent)
      : name_(std::move(name)),
        percent_(percent),
        min_trials_(static_cast<std::size_t>(*whole(setup.options, "min_trials"))),
        metric_(setup.metric),
        scores_(rungs_of(setup.options), setup.watch, is_complete) {}

  PruneRule rule(const Known& known, const Contender& contender) override {
    return [others = scores_.at(known, contender.stage, contender.fold), rungs = scores_.rungs(),
            percent = percent_, min_trials = min_trials_, metric = metric_,
            name = name_](const OwnScores& own) -> std::optional<Judgement> {
      const std::size_t reached = rungs.reached(own.finite.size());
      if (!own.now || reached == 0 || reached > others.size() ||
          !std::cmp_equal(rungs.iteration(reached - 1), own.finite.size())) {
        return std::nullopt;
      }
      const SortedScores& there = others[reached - 1];
      if (!there || there->size() < min_trials) {
        return std::nullopt;
      }
      const double best = *std::min_element(own.finite.begin(), own.finite.end());
      const double threshold = percentile_of(*there, percent);
      Judgement judgement{.pruned = best > threshold,
                          .pruner = name,
                          .iteration = rungs.iteration(reached - 1),
                          .value = metric.score(best),
                          .threshold = metric.score(threshold),
                          .rank = count_better(there, best) + 1,
                          .of = std::ssize(*there) + 1};
      if (judgement.pruned) {
        const auto [mine, limit] = different_texts(judgement.value, *judgement.threshold);
        judgement.text = fmt::format(
            "its best so far, {}, is worse than {}, {} of {} complete trials at epoch {}", mine,
            limit, percent == 50.0 ? "the median" : fmt::format("the best {:g} %", percent),
            there->size(), judgement.iteration);
      }
      return judgement;
    };
  }

 private:
  std::string name_;
  double percent_;
  std::size_t min_trials_;
  Metric metric_;
  RungScores scores_;
};

std::vector<std::int64_t> rungs(const PrunerOptions& options, std::int64_t epochs) {
  const Rungs all = rungs_of(options);
  std::vector<std::int64_t> below;
  for (std::size_t i = 0; all.iteration(i) < epochs; ++i) {
    below.push_back(all.iteration(i));
  }
  return below;
}

std::string terms(double percent, const PrunerOptions& options) {
  return fmt::format(
      "a trial goes on if its best value so far is {} complete trials at that epoch; no trial is "
      "judged until {} are complete",
      percent == 50.0 ? "at least the median of the"
                      : fmt::format("among the best {:g} % of the", percent),
      std::max(*whole(options, "warmup_trials"), *whole(options, "min_trials")));
}

}  // namespace

double percentile_of(const std::vector<double>& ascending, double percent) {
  const double place = percent / 100.0 * static_cast<double>(ascending.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const double share = place - std::floor(place);
  const double low = ascending[below];
  const double high = ascending[std::min(below + 1, ascending.size() - 1)];
  return low + (high - low) * share;
}

PrunerInfo median_info() {
  return {.name = "median",
          .meaning = "ends trials that are worse than the median of the complete ones",
          .options = kMedianOptions,
          .make = [](const PrunerSetup& setup) -> std::unique_ptr<Pruner> {
            return std::make_unique<PercentilePruner>(setup, "median", 50.0);
          },
          .rungs = rungs,
          .terms = [](const PrunerOptions& options) { return terms(50.0, options); }};
}

PrunerInfo percentile_info() {
  return {.name = "percentile",
          .meaning = "like median, with a percentile that you choose",
          .options = kPercentileOptions,
          .make = [](const PrunerSetup& setup) -> std::unique_ptr<Pruner> {
            return std::make_unique<PercentilePruner>(setup, "percentile",
                                                      *real(setup.options, "percentile"));
          },
          .rungs = rungs,
          .terms =
              [](const PrunerOptions& options) {
                return terms(*real(options, "percentile"), options);
              }};
}

}  // namespace hpsearch::search

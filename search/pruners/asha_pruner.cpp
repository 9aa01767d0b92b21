#include "search/pruners/asha_pruner.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "search/pruners/halving_pruner.h"

namespace hpsearch::search {
namespace {

constexpr std::array kOptions{
    PrunerOption{.name = "min_iter",
                 .fallback = std::int64_t{1},
                 .min = 1,
                 .max = kMostIterations,
                 .meaning = "the first rung, in epochs"},
    PrunerOption{.name = "eta",
                 .kind = PrunerOption::Kind::kReal,
                 .fallback = 3.0,
                 .min = 1.1,
                 .meaning = "the factor from one rung to the next; one trial in `eta` goes on"},
    PrunerOption{.name = "mode",
                 .kind = PrunerOption::Kind::kWord,
                 .fallback = std::string_view("stop"),
                 .words = "stop|promote",
                 .meaning = "promote: trials pause at each rung, and the best go on later"},
    warmup_trials(),
};

bool promotes(const PrunerOptions& options) {
  return word(options, "mode") == "promote";
}

std::vector<std::int64_t> rungs(const PrunerOptions& options, std::int64_t epochs) {
  return halving_rungs_below(*whole(options, "min_iter"), *real(options, "eta"), epochs);
}

double trained(const PrunerOptions& options, std::int64_t epochs) {
  return halving_trained(rungs(options, epochs), *real(options, "eta"), epochs);
}

std::string terms(const PrunerOptions& options) {
  const double share = 100.0 / *real(options, "eta");
  return promotes(options)
             ? fmt::format("each trial pauses, and goes on once it is among the best {:.0f} %",
                           share)
             : fmt::format("a trial goes on if its value is among the best {:.0f} %", share);
}

class PromotingPruner final : public Pruner {
 public:
  explicit PromotingPruner(const PrunerSetup& setup)
      : eta_(*real(setup.options, "eta")),
        rungs_(halving_rungs(*whole(setup.options, "min_iter"), eta_)),
        watch_(setup.watch),
        metric_(setup.metric) {}

  PruneRule rule(const Known& /*known*/, const Contender& contender) override {
    const auto rung = static_cast<std::size_t>(contender.rung);
    if (rung >= rungs_.size()) {
      return {};
    }
    return [at = rungs_[rung], rung,
            metric = metric_](const OwnScores& own) -> std::optional<Judgement> {
      if (!own.now || !std::cmp_equal(own.finite.size(), at)) {
        return std::nullopt;
      }
      return Judgement{.pruned = true,
                       .pruner = "asha",
                       .iteration = at,
                       .value = metric.score(own.finite.back()),
                       .text = fmt::format("{}{}, epoch {}", kPausedReason, rung, at),
                       .paused = true};
    };
  }

  std::optional<Promotion> promotion(const Known& known,
                                     const std::set<std::uint64_t>& promoted) override {
    // The results at each rung, by stage: stages train for other lengths.
    std::map<std::pair<std::size_t, int>, std::vector<std::pair<double, const Observation*>>> found;
    for (const Observation& trial : known.ended) {
      const auto rung = static_cast<std::size_t>(trial.rung);
      if (rung < rungs_.size() &&
          std::cmp_greater_equal(trial.curve(0, watch_).size(), rungs_[rung])) {
        found[{rung, trial.stage}].emplace_back(
            trial.curve(0, watch_)[static_cast<std::size_t>(rungs_[rung]) - 1], &trial);
      }
    }
    for (auto place = found.rbegin(); place != found.rend(); ++place) {
      auto& [key, results] = *place;
      std::sort(results.begin(), results.end(), [](const auto& a, const auto& b) {
        return std::pair(a.first, a.second->number) < std::pair(b.first, b.second->number);
      });
      const auto top = static_cast<std::size_t>(static_cast<double>(results.size()) / eta_);
      for (std::size_t i = 0; i < top; ++i) {
        const Observation& trial = *results[i].second;
        if (trial.paused && !promoted.contains(trial.number) &&
            std::cmp_equal(trial.curve(0, watch_).size(), rungs_[key.first])) {
          return Promotion{
              trial.number, trial.rung + 1,
              fmt::format("{:.6g} is number {} of {} at rung {}, where the best {} "
                          "go on",
                          metric_.score(results[i].first), i + 1, results.size(), key.first, top)};
        }
      }
    }
    return std::nullopt;
  }

  bool promotes() const override { return true; }

 private:
  double eta_;
  std::vector<std::int64_t> rungs_;
  std::size_t watch_;
  Metric metric_;
};

}  // namespace

PrunerInfo asha_info() {
  return {.name = "asha",
          .meaning = "asynchronous successive halving; with mode: promote, trials pause and go on",
          .options = kOptions,
          .make = [](const PrunerSetup& setup) -> std::unique_ptr<Pruner> {
            if (promotes(setup.options)) {
              return std::make_unique<PromotingPruner>(setup);
            }
            return std::make_unique<HalvingPruner>(setup, "asha",
                                                   *whole(setup.options, "min_iter"));
          },
          .rungs = rungs,
          .terms = terms,
          .trained = trained};
}

}  // namespace hpsearch::search

#include "search/pruners/asha_pruner.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "search/pruners/halving_pruner.h"
#include "search/sweep/feasibility.h"

namespace hpsearch::search {
namespace {

constexpr std::array kOptions{
    min_iter_option(),
    eta_option(3.0),
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

std::string terms(const PrunerOptions& options) {
  return promotes(options)
             ? fmt::format("each trial pauses, and goes on once it is among the best {:.0f} %",
                           100.0 / *real(options, "eta"))
             : halving_terms(options);
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
        const auto rank_of = [](const auto& one) {
          return std::tuple(violation_of(one.second->margins), one.first, one.second->number);
        };
        return rank_of(a) < rank_of(b);
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
          .rungs = halving_rungs_of,
          .terms = terms,
          .trained = halving_trained_of};
}

}  // namespace hpsearch::search

#include "search/pruners/patience_pruner.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace hpsearch::search {
namespace {

constexpr std::array kOptions{
    PrunerOption{.name = "patience",
                 .fallback = std::int64_t{10},
                 .min = 1,
                 .max = kMostIterations,
                 .meaning = "epochs without a better value that end a trial"},
    PrunerOption{.name = "min_delta",
                 .kind = PrunerOption::Kind::kReal,
                 .fallback = 0.0,
                 .min = 0.0,
                 .meaning = "by how much a value must be better to count"},
    warmup_epochs(),
    warmup_trials(),
};

class PatiencePruner final : public Pruner {
 public:
  explicit PatiencePruner(const PrunerSetup& setup)
      : patience_(static_cast<std::size_t>(*whole(setup.options, "patience"))),
        min_delta_(*real(setup.options, "min_delta")),
        metric_(setup.metric) {}

  PruneRule rule(const Known& /*known*/, const Contender& /*contender*/) override {
    return [patience = patience_, min_delta = min_delta_,
            metric = metric_](const OwnScores& own) -> std::optional<Judgement> {
      if (!own.now || own.finite.size() <= patience) {
        return std::nullopt;
      }
      const std::span<const double> before = own.finite.first(own.finite.size() - patience);
      const std::span<const double> recent = own.finite.last(patience);
      const double best_before = *std::min_element(before.begin(), before.end());
      const double best_recent = *std::min_element(recent.begin(), recent.end());
      Judgement judgement{.pruned = !(best_recent < best_before - min_delta),
                          .pruner = "patience",
                          .iteration = std::ssize(own.finite),
                          .value = metric.score(best_recent),
                          .threshold = metric.score(best_before)};
      if (judgement.pruned) {
        judgement.text = fmt::format("the last {} epoch{} brought nothing better than {:.6g}",
                                     patience, patience == 1 ? "" : "s", *judgement.threshold);
      }
      return judgement;
    };
  }

 private:
  std::size_t patience_;
  double min_delta_;
  Metric metric_;
};

}  // namespace

PrunerInfo patience_info() {
  return {.name = "patience",
          .meaning = "ends trials that have stopped improving",
          .options = kOptions,
          .make = [](const PrunerSetup& setup) -> std::unique_ptr<Pruner> {
            return std::make_unique<PatiencePruner>(setup);
          },
          .rungs =
              [](const PrunerOptions& options, std::int64_t epochs) {
                std::vector<std::int64_t> rungs;
                for (std::int64_t at = *whole(options, "patience") + 1; at < epochs; ++at) {
                  rungs.push_back(at);
                }
                return rungs;
              },
          .terms =
              [](const PrunerOptions& options) {
                return fmt::format("a trial goes on if one of its last {} values is its best",
                                   *whole(options, "patience"));
              }};
}

}  // namespace hpsearch::search

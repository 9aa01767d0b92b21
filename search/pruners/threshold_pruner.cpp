#include "search/pruners/threshold_pruner.h"

#include <array>
#include <cmath>

#include <fmt/format.h>

namespace hpsearch::search {
namespace {

constexpr std::array kOptions{
    PrunerOption{.name = "lower",
                 .kind = PrunerOption::Kind::kReal,
                 .meaning = "a smaller value ends a trial"},
    PrunerOption{.name = "upper",
                 .kind = PrunerOption::Kind::kReal,
                 .meaning = "a larger value ends a trial"},
    warmup_epochs(),
    warmup_trials(),
};

class ThresholdPruner final : public Pruner {
 public:
  explicit ThresholdPruner(const PrunerSetup& setup)
      : lower_(real(setup.options, "lower")),
        upper_(real(setup.options, "upper")),
        metric_(setup.metric) {}

  PruneRule rule(const Known& /*known*/, const Contender& /*contender*/) override {
    return [lower = lower_, upper = upper_,
            metric = metric_](const OwnScores& own) -> std::optional<Judgement> {
      Judgement judgement{.pruner = "threshold", .iteration = std::ssize(own.finite)};
      if (!own.now) {
        judgement.pruned = true;
        judgement.value = std::nan("");
        judgement.text = fmt::format("its {} is not a finite number", metric.name);
        return judgement;
      }
      judgement.value = metric.score(own.finite.back());  // a score's sign is its own inverse
      if (lower && judgement.value < *lower) {
        judgement.pruned = true;
        judgement.threshold = lower;
      } else if (upper && judgement.value > *upper) {
        judgement.pruned = true;
        judgement.threshold = upper;
      } else {
        return std::nullopt;
      }
      const auto [mine, limit] = different_texts(judgement.value, *judgement.threshold);
      judgement.text = fmt::format("its {}, {}, is {} {}", metric.name, mine,
                                   judgement.threshold == lower ? "below" : "above", limit);
      return judgement;
    };
  }

 private:
  std::optional<double> lower_;
  std::optional<double> upper_;
  Metric metric_;
};

std::vector<OptionFault> faults(const PrunerOptions& options) {
  const auto lower = real(options, "lower");
  const auto upper = real(options, "upper");
  if (!lower && !upper) {
    return {{"lower",
             "'threshold' needs 'lower' or 'upper', the end of the range in which trials "
             "go on; write, for instance, lower: 0.2"}};
  }
  if (lower && upper && *lower > *upper) {
    return {{"lower", "'lower' is larger than 'upper'; swap them"}};
  }
  return {};
}

}  // namespace

PrunerInfo threshold_info() {
  return {.name = "threshold",
          .meaning = "ends trials whose value leaves a range",
          .options = kOptions,
          .make = [](const PrunerSetup& setup) -> std::unique_ptr<Pruner> {
            return std::make_unique<ThresholdPruner>(setup);
          },
          .rungs =
              [](const PrunerOptions& /*options*/, std::int64_t epochs) {
                std::vector<std::int64_t> rungs;
                for (std::int64_t at = 1; at < epochs; ++at) {
                  rungs.push_back(at);
                }
                return rungs;
              },
          .terms =
              [](const PrunerOptions& options) {
                const auto lower = real(options, "lower");
                const auto upper = real(options, "upper");
                return "a trial goes on while its value is " +
                       (lower && upper ? fmt::format("from {:g} to {:g}", *lower, *upper)
                        : lower        ? fmt::format("at least {:g}", *lower)
                                       : fmt::format("at most {:g}", *upper));
              },
          .faults = faults};
}

}  // namespace hpsearch::search

#include "search/pruners/hyperband_pruner.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "search/pruners/bracket_pruner.h"
#include "search/pruners/halving_pruner.h"
#include "search/pruners/rung_scores.h"

namespace hpsearch::search {
namespace {

constexpr int kMostBands = 100;
constexpr double kUnreachable = 9007199254740992.0;  // 2^53: below it, doubles are exact integers

constexpr std::array kOptions{
    PrunerOption{.name = "min_iter",
                 .min = 1,
                 .max = kMostIterations,
                 .meaning = "epochs until a trial is first judged"},
    PrunerOption{.name = "max_iter",
                 .min = 1,
                 .max = kMostIterations,
                 .meaning = "the bands are fractions of it; with brackets, the longest training"},
    PrunerOption{.name = "s", .min = 1, .max = 1e6, .meaning = "how many bands, with max_iter"},
    PrunerOption{.name = "eta",
                 .kind = PrunerOption::Kind::kReal,
                 .fallback = 3.0,
                 .min = 1.0,
                 .above_min = true,
                 .meaning = "the factor from one band to the next; one trial in `eta` goes on"},
    PrunerOption{.name = "strict",
                 .kind = PrunerOption::Kind::kTruth,
                 .fallback = true,
                 .meaning = "judges a trial by its value at the band, not by its best so far"},
    PrunerOption{.name = "brackets",
                 .min = 1,
                 .max = 20,
                 .meaning = "Hyperband with so many brackets, each with its own first rung"},
    warmup_epochs(),
    warmup_trials(),
};

class WandbPruner final : public Pruner {
 public:
  explicit WandbPruner(const PrunerSetup& setup)
      : scores_(Rungs::at(hyperband_bands(setup.options)), setup.watch),
        eta_(*real(setup.options, "eta")),
        strict_(truth(setup.options, "strict")),
        metric_(setup.metric) {}

  PruneRule rule(const Known& known, const Contender& contender) override {
    return [others = scores_.at(known, contender.stage, contender.fold), rungs = scores_.rungs(),
            eta = eta_, strict = strict_,
            metric = metric_](const OwnScores& own) -> std::optional<Judgement> {
      const std::size_t reached = rungs.reached(own.finite.size());
      if (reached == 0) {
        return std::nullopt;
      }
      const std::int64_t band = rungs.iteration(reached - 1);
      const double at_band = own.finite[static_cast<std::size_t>(band) - 1];
      const SortedScores& there = reached <= others.size() ? others[reached - 1] : nullptr;
      const double judged =
          strict ? at_band : *std::min_element(own.finite.begin(), own.finite.end());
      const double threshold = threshold_of(there, at_band, eta);
      Judgement judgement{.pruned = judged > threshold,
                          .pruner = "hyperband",
                          .iteration = band,
                          // A score's sign is its own inverse.
                          .value = metric.score(judged),
                          .threshold = metric.score(threshold),
                          .rank = count_better(there, judged) + 1,
                          .of = there ? std::ssize(*there) + 1 : 1};
      if (judgement.pruned) {
        const auto [mine, limit] = different_texts(judgement.value, *judgement.threshold);
        judgement.text = fmt::format(
            "iteration {}: {} is worse than {}, the threshold of {} trials", band,
            strict ? mine : fmt::format("its best so far, {},", mine), limit, judgement.of);
      }
      return judgement;
    };
  }

 private:
  // The trial's own score is one of those that are sorted: with the others' scores on either side
  // of the index, the threshold is the own score cut to between them.
  static double threshold_of(const SortedScores& others, double own, double eta) {
    const std::size_t count = others ? others->size() : 0;
    // As Python's int((1.0 / eta) * n): for eta above 1 it is below n.
    const auto index = static_cast<std::size_t>((1.0 / eta) * static_cast<double>(count + 1));
    double threshold = own;
    if (index > 0) {
      threshold = std::max(threshold, (*others)[index - 1]);
    }
    if (index < count) {
      threshold = std::min(threshold, (*others)[index]);
    }
    return threshold;
  }

  RungScores scores_;
  double eta_;
  bool strict_;
  Metric metric_;
};

bool has_brackets(const PrunerOptions& options) {
  return options.contains("brackets");
}

std::unique_ptr<Pruner> make(const PrunerSetup& setup) {
  return has_brackets(setup.options) ? make_bracket_pruner(setup)
                                     : std::make_unique<WandbPruner>(setup);
}

std::vector<std::int64_t> rungs(const PrunerOptions& options, std::int64_t epochs) {
  if (has_brackets(options)) {
    return bracket_rungs(options, epochs);
  }
  auto bands = hyperband_bands(options);
  std::erase_if(bands, [&](std::int64_t band) { return band >= epochs; });
  return bands;
}

double trained(const PrunerOptions& options, std::int64_t epochs) {
  return has_brackets(options)
             ? bracket_trained(options, epochs)
             : halving_trained(rungs(options, epochs), *real(options, "eta"), epochs);
}

std::string terms(const PrunerOptions& options) {
  const double share = 100.0 / *real(options, "eta");
  if (has_brackets(options)) {
    return fmt::format(
        "a trial goes on if its value is among the best {:.0f} % of its bracket ({} brackets)",
        share, *whole(options, "brackets"));
  }
  return fmt::format("a trial goes on if {} is among about the best {:.0f} %",
                     truth(options, "strict") ? "its value" : "its best value so far", share);
}

std::vector<OptionFault> faults(const PrunerOptions& options) {
  const bool min_iter = options.contains("min_iter");
  const bool max_iter = options.contains("max_iter");
  std::vector<OptionFault> faults;
  if (has_brackets(options)) {
    if (options.contains("s")) {
      faults.push_back({"s", "'s' has no effect beside 'brackets'", true});
    }
    if (*real(options, "eta") < 1.1) {
      faults.push_back({"eta", "'eta' must be at least 1.1 beside 'brackets'"});
    }
    if (min_iter && max_iter && *whole(options, "min_iter") > *whole(options, "max_iter")) {
      faults.push_back({"min_iter", "'min_iter' is larger than 'max_iter'; swap them"});
    }
    return faults;
  }
  if (max_iter && !options.contains("s")) {
    faults.push_back({"max_iter",
                      "'max_iter' needs 's', the number of bands below it, each 'eta' times "
                      "smaller than the one before; add s: 2, or write 'min_iter' instead"});
  } else if (!max_iter && !min_iter) {
    faults.push_back({"min_iter",
                      "'early_terminate' needs 'min_iter', the epochs after which a trial is first "
                      "judged, or 'max_iter' with 's'; write min_iter: 3"});
  }
  if (max_iter && min_iter) {
    faults.push_back({"min_iter", "'min_iter' has no effect beside 'max_iter'", true});
  }
  if (options.contains("s") && !max_iter) {
    faults.push_back({"s", "'s' has no effect without 'max_iter'", true});
  }
  return faults;
}

}  // namespace

PrunerInfo hyperband_info() {
  return {.name = "hyperband",
          .meaning = "W&B's rule; with 'brackets', Hyperband",
          .options = kOptions,
          .make = make,
          .rungs = rungs,
          .terms = terms,
          .trained = trained,
          .faults = faults};
}

std::vector<std::int64_t> hyperband_bands(const PrunerOptions& options) {
  const double eta = *real(options, "eta");
  const auto max_iter = whole(options, "max_iter");
  std::vector<std::int64_t> bands;
  if (max_iter) {
    auto band = static_cast<double>(*max_iter);
    for (std::int64_t i = 0; i < whole(options, "s").value_or(0); ++i) {
      band /= eta;
      if (band < 1.0) {
        break;
      }
      bands.push_back(static_cast<std::int64_t>(band));
    }
    std::reverse(bands.begin(), bands.end());
  } else {
    const auto first = static_cast<double>(whole(options, "min_iter").value_or(1));
    for (int k = 0; k < kMostBands; ++k) {
      // Python computes whole numbers exactly; below 2^53 so does this.
      const double band = first * std::pow(eta, k);
      if (band >= kUnreachable) {
        break;
      }
      bands.push_back(static_cast<std::int64_t>(band));
    }
  }
  bands.erase(std::unique(bands.begin(), bands.end()), bands.end());
  return bands;
}

}  // namespace hpsearch::search

#include "search/pruners/halving_pruner.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace hpsearch::search {
namespace {

constexpr std::array kOptions{min_iter_option(), eta_option(4.0), warmup_epochs(), warmup_trials()};

}  // namespace

std::vector<std::int64_t> halving_rungs(std::int64_t min_iter, double eta) {
  std::vector<std::int64_t> rungs;
  for (auto rung = static_cast<double>(min_iter); rung <= kMostIterations; rung *= eta) {
    const auto iteration = static_cast<std::int64_t>(rung);
    if (rungs.empty() || rungs.back() != iteration) {
      rungs.push_back(iteration);
    }
  }
  return rungs;
}

std::vector<std::int64_t> halving_rungs_below(std::int64_t min_iter,
                                              double eta,
                                              std::int64_t epochs) {
  auto rungs = halving_rungs(min_iter, eta);
  std::erase_if(rungs, [&](std::int64_t rung) { return rung >= epochs; });
  return rungs;
}

std::vector<std::int64_t> halving_rungs_of(const PrunerOptions& options, std::int64_t epochs) {
  return halving_rungs_below(*whole(options, "min_iter"), *real(options, "eta"), epochs);
}

double halving_trained_of(const PrunerOptions& options, std::int64_t epochs) {
  return halving_trained(halving_rungs_of(options, epochs), *real(options, "eta"), epochs);
}

std::string halving_terms(const PrunerOptions& options) {
  return fmt::format("a trial goes on if its value is among the best {:.0f} %",
                     100.0 / *real(options, "eta"));
}

double halving_trained(const std::vector<std::int64_t>& rungs, double eta, std::int64_t epochs) {
  double share = 1.0;  // of the trials
  double sum = 0.0;
  std::int64_t from = 0;
  for (const std::int64_t rung : rungs) {
    sum += share * static_cast<double>(rung - from);
    share /= eta;
    from = rung;
  }
  sum += share * static_cast<double>(epochs - from);
  return sum / static_cast<double>(epochs);
}

PruneRule halving_rule(
    std::vector<SortedScores> others, Rungs rungs, double eta, Metric metric, std::string pruner) {
  return [others = std::move(others), rungs = std::move(rungs), eta, metric = std::move(metric),
          pruner = std::move(pruner)](const OwnScores& own) -> std::optional<Judgement> {
    const std::size_t reached = rungs.reached(own.finite.size());
    if (!own.now || reached == 0 ||
        !std::cmp_equal(rungs.iteration(reached - 1), own.finite.size())) {
      return std::nullopt;
    }
    const double score = own.finite.back();
    const SortedScores& there = reached <= others.size() ? others[reached - 1] : nullptr;
    const std::size_t count = there ? there->size() : 0;
    const auto kept = static_cast<std::size_t>(static_cast<double>(count + 1) / eta);
    const std::size_t index = std::max<std::size_t>(kept, 1) - 1;
    // Of the scores with the own one among them: what is at the index.
    double threshold = score;
    if (index > 0) {
      threshold = std::max(threshold, (*there)[index - 1]);
    }
    if (index < count) {
      threshold = std::min(threshold, (*there)[index]);
    }
    Judgement judgement{.pruned = score > threshold,
                        .pruner = pruner,
                        .iteration = rungs.iteration(reached - 1),
                        .value = metric.score(score),
                        .threshold = metric.score(threshold),
                        .rank = count_better(there, score) + 1,
                        .of = static_cast<std::int64_t>(count) + 1};
    if (judgement.pruned) {
      judgement.text =
          fmt::format("{:.6g} is number {} of {} at epoch {}, where the best {} on",
                      judgement.value, judgement.rank, judgement.of, judgement.iteration,
                      index == 0 ? "goes" : fmt::format("{} go", index + 1));
    }
    return judgement;
  };
}

HalvingPruner::HalvingPruner(const PrunerSetup& setup,
                             std::string name,
                             std::int64_t min_iter,
                             std::function<bool(const Observation&)> counts)
    : name_(std::move(name)),
      eta_(*real(setup.options, "eta")),
      metric_(setup.metric),
      scores_(Rungs::at(halving_rungs(min_iter, eta_)), setup.watch, std::move(counts)) {}

PruneRule HalvingPruner::rule(const Known& known, const Contender& contender) {
  return halving_rule(scores_.at(known, contender.stage, contender.fold), scores_.rungs(), eta_,
                      metric_, name_);
}

PrunerInfo successive_halving_info() {
  return {.name = "successive_halving",
          .meaning = "at each rung the best go on, one in 'eta'",
          .options = kOptions,
          .make = [](const PrunerSetup& setup) -> std::unique_ptr<Pruner> {
            return std::make_unique<HalvingPruner>(setup, "successive_halving",
                                                   *whole(setup.options, "min_iter"));
          },
          .rungs = halving_rungs_of,
          .terms = halving_terms,
          .trained = halving_trained_of};
}

}  // namespace hpsearch::search

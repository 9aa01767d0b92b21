#include "search/pruners/trial_rules.h"

#include <algorithm>
#include <utility>

namespace hpsearch::search {
namespace {

bool same(const Metric& a, const Metric& b) {
  return a.name == b.name && a.goal == b.goal;
}

std::size_t place_of(const std::vector<Metric>& watched, const Metric& metric) {
  return static_cast<std::size_t>(
      std::find_if(watched.begin(), watched.end(),
                   [&](const Metric& one) { return same(one, metric); }) -
      watched.begin());
}

// The rule, from the epoch on where warming up has ended.
PruneRule after(std::size_t epochs, PruneRule rule) {
  if (epochs == 0 || !rule) {
    return rule;
  }
  return [epochs, rule = std::move(rule)](const OwnScores& own) {
    return own.finite.size() <= epochs ? std::nullopt : rule(own);
  };
}

std::int64_t count_complete(const Known& known, int stage) {
  return std::count_if(known.ended.begin(), known.ended.end(), [&](const Observation& trial) {
    return trial.stage == stage && trial.state == TrialState::kComplete;
  });
}

}  // namespace

const TrainingRules& TrialRules::training(int fold) const {
  static const TrainingRules kNone;
  const auto at = static_cast<std::size_t>(fold);
  return at < trainings.size() ? trainings[at] : kNone;
}

std::vector<Metric> watched_metrics(const SweepSpec& spec) {
  std::vector<Metric> watched;
  if (spec.early_terminate.empty()) {
    return watched;
  }
  watched.push_back(spec.metric);
  for (const PrunerSpec& pruner : spec.early_terminate) {
    if (pruner.metric && place_of(watched, *pruner.metric) == watched.size()) {
      watched.push_back(*pruner.metric);
    }
  }
  return watched;
}

PrunerSet::PrunerSet(const SweepSpec& spec) : watched_(watched_metrics(spec)) {
  for (const PrunerSpec& pruner : spec.early_terminate) {
    const PrunerInfo& info = *find_pruner(pruner.type);
    const Metric metric = pruner.metric.value_or(spec.metric);
    const std::size_t watch = place_of(watched_, metric);
    pruners_.push_back(
        {info.make({pruner.options, metric, watch, spec.seed}), watch,
         static_cast<std::size_t>(whole(pruner.options, "warmup_epochs").value_or(0)),
         whole(pruner.options, "warmup_trials").value_or(0), info.trained != nullptr});
  }
}

TrialRules PrunerSet::rules(const Known& known, Contender contender, int folds) {
  TrialRules rules;
  if (empty()) {
    return rules;
  }
  const std::int64_t complete = count_complete(known, contender.stage);
  for (contender.fold = 0; contender.fold < std::max(1, folds); ++contender.fold) {
    TrainingRules& training = rules.trainings.emplace_back();
    training.watched = watched_;
    for (const One& one : pruners_) {
      if (complete >= one.warmup_trials) {
        if (auto rule = one.pruner->rule(known, contender)) {
          training.rules.push_back(
              {one.watch, after(one.warmup_epochs, std::move(rule)), one.has_rungs});
        }
      }
    }
  }
  contender.fold = 0;
  for (const One& one : pruners_) {
    if (folds > 0 && complete >= one.warmup_trials) {
      if (auto rule = one.pruner->fold_rule(known, contender)) {
        rules.by_folds.push_back(std::move(rule));
      }
    }
  }
  return rules;
}

std::optional<Promotion> PrunerSet::promotion(const Known& known,
                                              std::span<const std::uint64_t> promoted) {
  for (const One& one : pruners_) {
    if (auto promotion = one.pruner->promotion(known, promoted)) {
      return promotion;
    }
  }
  return std::nullopt;
}

void TrainingJudge::observe(const nn::EpochRecord& record) {
  for (std::size_t w = 0; w < rules_.watched.size(); ++w) {
    const auto score = rules_.watched[w].finite_score(record);
    now_[w] = score.has_value();
    if (score) {
      curves_[w].push_back(*score);
    }
  }
}

std::optional<Judgement> TrainingJudge::judge() {
  for (const TrainingRules::One& one : rules_.rules) {
    auto judgement = one.rule({curves_[one.watch], now_[one.watch]});
    if (!judgement) {
      continue;
    }
    record(*judgement, one.has_rungs);
    if (judgement->pruned) {
      return judgement;
    }
  }
  return std::nullopt;
}

void TrainingJudge::record(const Judgement& judgement, bool has_rungs) {
  // A rule may judge again at the same rung, and says the same unless it prunes.
  const auto earlier =
      std::find_if(judgements_.begin(), judgements_.end(), [&](const Judgement& one) {
        return one.pruner == judgement.pruner &&
               (!has_rungs || one.iteration == judgement.iteration);
      });
  if (earlier != judgements_.end()) {
    *earlier = judgement;
  } else {
    judgements_.push_back(judgement);
  }
}

}  // namespace hpsearch::search

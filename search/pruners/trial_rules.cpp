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
  rules.may_pause = promotes();
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
                                              const std::set<std::uint64_t>& promoted) {
  for (const One& one : pruners_) {
    if (auto promotion = one.pruner->promotion(known, promoted)) {
      return promotion;
    }
  }
  return std::nullopt;
}

bool PrunerSet::promotes() const {
  return std::any_of(pruners_.begin(), pruners_.end(),
                     [](const One& one) { return one.pruner->promotes(); });
}

void TrainingJudge::observe(const nn::EpochRecord& record) {
  for (std::size_t w = 0; w < rules_.watched.size(); ++w) {
    const auto score = rules_.watched[w].finite_score(record);
    // A program need not report each metric in each of its epochs.
    now_[w] = score ? Now::kAdded : record.reported ? Now::kAbsent : Now::kNotFinite;
    if (score) {
      curves_[w].push_back(*score);
    }
  }
}

std::optional<Judgement> TrainingJudge::judge() {
  for (std::size_t r = 0; r < rules_.rules.size(); ++r) {
    const TrainingRules::One& one = rules_.rules[r];
    if (now_[one.watch] == Now::kAbsent) {
      continue;
    }
    auto judgement = one.rule({curves_[one.watch], now_[one.watch] == Now::kAdded});
    if (!judgement) {
      continue;
    }
    record(*judgement, r);
    if (judgement->pruned) {
      return judgement;
    }
  }
  return std::nullopt;
}

void TrainingJudge::record(const Judgement& judgement, std::size_t rule) {
  // A rule may judge again at the same rung, and says the same unless it prunes.
  const bool has_rungs = rules_.rules[rule].has_rungs;
  for (std::size_t i = 0; i < judgements_.size(); ++i) {
    if (rules_of_[i] == rule && (!has_rungs || judgements_[i].iteration == judgement.iteration)) {
      judgements_[i] = judgement;
      return;
    }
  }
  judgements_.push_back(judgement);
  rules_of_.push_back(rule);
}

}  // namespace hpsearch::search

// All that may end a trial early, fixed at its launch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "nn/training/epoch_record.h"
#include "search/pruners/judgement.h"
#include "search/pruners/pruner.h"
#include "search/sweep/metric.h"
#include "search/sweep/observation.h"
#include "search/sweep/sweep_spec.h"

namespace hpsearch::search {

// For one training: which metrics it is followed by, and the rules that judge them, in their order.
struct TrainingRules {
  struct One {
    std::size_t watch = 0;  // of `watched`
    PruneRule rule;
    bool has_rungs = false;  // it judges at a few iterations, all of which are worth a record
  };
  std::vector<Metric> watched;  // the first is the sweep's; empty: there is no pruner
  std::vector<One> rules;
};

// For a trial: a training for each fold, or one.
struct TrialRules {
  std::vector<TrainingRules> trainings;  // empty: there is no pruner
  std::vector<FoldRule> by_folds;
  bool may_pause = false;

  const TrainingRules& training(int fold) const;
};

// The metrics that the sweep's pruners watch, each once, after the sweep's own; empty without a
// pruner.
std::vector<Metric> watched_metrics(const SweepSpec& spec);

// The pruners of a sweep.
class PrunerSet {
 public:
  explicit PrunerSet(const SweepSpec& spec);

  bool empty() const { return pruners_.empty(); }

  // The rules for a trial with so many folds, 0 for one training; see Pruner.
  TrialRules rules(const Known& known, Contender contender, int folds);

  // The trial that goes on instead of a new one; see Pruner.
  std::optional<Promotion> promotion(const Known& known, const std::set<std::uint64_t>& promoted);

  bool promotes() const;

 private:
  struct One {
    std::unique_ptr<Pruner> pruner;
    std::size_t watch = 0;
    std::size_t warmup_epochs = 0;
    std::int64_t warmup_trials = 0;
    bool has_rungs = false;
  };

  std::vector<Metric> watched_;
  std::vector<One> pruners_;
};

// Follows a training and judges it. For one thread.
class TrainingJudge {
 public:
  // `rules` must outlive it.
  explicit TrainingJudge(const TrainingRules& rules)
      : rules_(rules), curves_(rules.watched.size()), now_(rules.watched.size(), Now::kAbsent) {}

  // Takes in an epoch.
  void observe(const nn::EpochRecord& record);

  // Judges the training as it is now. The first judgement that prunes it, if any. All are recorded,
  // but for those of a pruner that judges each epoch: of these the last one alone.
  std::optional<Judgement> judge();

  // One curve for each watched metric.
  std::vector<Curve> take_curves() { return std::move(curves_); }
  std::vector<Judgement> take_judgements() { return std::move(judgements_); }

 private:
  void record(const Judgement& judgement, std::size_t rule);

  const TrainingRules& rules_;
  std::vector<Curve> curves_;
  enum class Now { kAdded, kNotFinite, kAbsent };
  std::vector<Now> now_;  // what the last epoch has of each metric
  std::vector<Judgement> judgements_;
  std::vector<std::size_t> rules_of_;  // that gave the judgements
};

}  // namespace hpsearch::search

#include "runner/run/plan.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "nn/base/sha256.h"
#include "runner/run/stored_metric.h"
#include "runner/run/trial_folds.h"
#include "search/pruners/trial_rules.h"

namespace hpsearch::runner {

std::uint64_t Plan::end_number() const {
  const std::uint64_t end = rules.end_number();
  return used_up ? std::min(end, *used_up) : end;
}

std::string Plan::stop_reason() const {
  return used_up && *used_up < rules.end_number() ? "space" : std::string(rules.reason());
}

double Plan::epochs_to_train(const std::vector<storage::StageRow>& stages, int folds) const {
  double epochs = 0.0;
  for (const storage::TrialRow& row : unfinished) {
    epochs += row.epochs;
  }
  std::uint64_t first = 0;
  for (const storage::StageRow& stage : stages) {
    if (!stage.epochs) {
      return 0.0;
    }
    const std::uint64_t last = first + static_cast<std::uint64_t>(stage.trials);
    const std::uint64_t from = std::max(first, next_number);
    const std::uint64_t to = std::min(last, end_number());
    epochs += to > from ? static_cast<double>(to - from) * *stage.epochs * std::max(1, folds) : 0.0;
    first = last;
  }
  return epochs;
}

std::int64_t Plan::to_train() const {
  const std::uint64_t end = end_number();
  const auto again = std::count_if(unfinished.begin(), unfinished.end(),
                                   [&](const storage::TrialRow& t) { return t.number < end; });
  return again + static_cast<std::int64_t>(end > next_number ? end - next_number : 0);
}

bool Plan::something_left(std::size_t next_unfinished) const {
  const std::uint64_t end = end_number();
  return next_number < end ||
         std::any_of(unfinished.begin() + static_cast<std::ptrdiff_t>(next_unfinished),
                     unfinished.end(),
                     [&](const storage::TrialRow& row) { return row.number < end; });
}

bool Plan::may_promote() const {
  const std::string reason = stop_reason();
  return promotes && next_number <= end_number() && (reason == "run_cap" || reason == "space");
}

namespace {

// The finite scores of a training as the database has them: what run_trial() collects. The metrics
// that are columns of an epoch are in its record, all others have rows of their own.
std::vector<search::Curve> stored_curves(storage::Reader& reader,
                                         storage::TrainingId training,
                                         int epochs_done,
                                         const std::vector<search::Metric>& watched) {
  // A failed attempt may have left later ones.
  const auto is_later = [&](const auto& row) { return row.epoch > epochs_done; };
  auto epochs = reader.epochs(training);
  std::erase_if(epochs, is_later);
  std::vector<search::Curve> curves;
  for (const search::Metric& metric : watched) {
    search::Curve& curve = curves.emplace_back();
    if (search::find_metric(metric.name) != nullptr &&
        nn::find_epoch_column(metric.name) != nullptr) {
      for (const nn::EpochRecord& epoch : epochs) {
        if (const auto score = metric.finite_score(epoch)) {
          curve.push_back(*score);
        }
      }
      continue;
    }
    for (const storage::MetricRow& row : reader.metric(training, metric.name)) {
      if (std::isfinite(row.value) && !is_later(row)) {
        curve.push_back(metric.score(row.value));
      }
    }
  }
  return curves;
}

void add_promotions(Plan& plan,
                    storage::Reader& reader,
                    std::int64_t sweep_id,
                    const std::vector<search::Metric>& watched,
                    bool same_machine) {
  const std::vector<storage::TrialRow> trials = reader.trials(sweep_id);
  for (const storage::TrialRow& trial : trials) {
    plan.promotions.begun(trial);
    if (is_paused(trial)) {
      auto epochs = reader.epochs(trial.trial_id);
      for (const search::Metric& metric : watched) {
        add_stored_metric(reader, trial.trial_id, metric, epochs);
      }
      // Those that are in no column, which the trial that goes on has too.
      for (const nn::EpochMetric& metric : nn::kEpochMetrics) {
        add_stored_metric(reader, trial.trial_id, {std::string(metric.name)}, epochs);
      }
      plan.promotions.paused(trial.number, std::move(epochs), same_machine);
    }
    if (trial.origin == storage::Origin::kPromoted && trial.parent &&
        search::is_finished(trial.state) && trial.number < plan.end_number()) {
      plan.history.set_promoted(trial.number, *trial.parent, plan.promotions.rung(trial.number));
    }
  }
}

}  // namespace

void add_curves(Plan& plan,
                storage::Reader& reader,
                std::int64_t sweep_id,
                const search::SweepSpec& spec,
                bool same_machine) {
  const std::vector<search::Metric> watched = search::watched_metrics(spec);
  if (watched.empty()) {
    return;
  }
  for (const storage::TrialRow& trial : reader.trials(sweep_id)) {
    if (!search::is_finished(trial.state) || trial.number >= plan.end_number()) {
      continue;
    }
    std::vector<std::vector<search::Curve>> curves;
    std::vector<double> fold_scores;
    if (spec.dataset.folds == 0) {
      curves.push_back(stored_curves(reader, trial.trial_id, trial.epochs_done, watched));
    } else {
      for (const storage::ReplicateRow& fold : counted_folds(reader.replicates(trial.trial_id))) {
        curves.push_back(
            stored_curves(reader, {trial.trial_id, fold.replicate}, fold.epochs_done, watched));
        if (trial.state == search::TrialState::kComplete && fold.value) {
          fold_scores.push_back(spec.metric.score(*fold.value));
        }
      }
    }
    plan.history.add_curves(trial.number, std::move(curves), std::move(fold_scores),
                            is_paused(trial));
  }
  if (plan.promotes) {
    add_promotions(plan, reader, sweep_id, watched, same_machine);
  }
}

Plan make_plan(const std::vector<storage::TrialRow>& trials,
               const search::StopLimits& limits,
               const search::Metric& metric,
               std::optional<std::uint64_t> positions,
               bool keeps_params,
               bool promotes) {
  Plan plan(search::StopRules(limits, metric));
  plan.promotes = promotes;
  if (promotes) {
    plan.rules.may_have_more();
  }
  std::uint64_t enqueued = 0;  // and promoted ones
  auto limit = static_cast<std::uint64_t>(limits.trials);
  std::map<std::uint64_t, int> trained;  // epochs, by trial
  for (const storage::TrialRow& trial : trials) {
    plan.next_number = std::max(plan.next_number, trial.number + 1);
    const bool promoted = trial.origin == storage::Origin::kPromoted;
    const bool within = trial.number <= limit;
    if (trial.origin == storage::Origin::kEnqueued || promoted) {
      plan.history.add_enqueued(trial.number);
      enqueued += promoted && !within ? 0 : 1;
    }
    if (promoted && within) {
      plan.rules.allow_one_more();
      ++limit;
    }
    trained[trial.number] = trial.epochs_done;
    if (search::is_finished(trial.state) && trial.number < limit) {
      const int own =
          std::max(0, trial.epochs_done - (promoted && trial.parent ? trained[*trial.parent] : 0));
      plan.rules.trial_ended(trial.number, trial.state, own, trial.value, trial.stage,
                             is_paused(trial));
    }
  }
  plan.limit = static_cast<std::int64_t>(limit);
  if (positions) {
    plan.used_up = *positions + enqueued;
  }
  for (const storage::TrialRow& trial : trials) {
    if (trial.number >= plan.end_number()) {
      continue;
    }
    plan.history.add_tried(trial.stage, nn::sha256_hex(trial.params_json).substr(0, 16));
    auto params = keeps_params ? search::parse_params_json(trial.params_json) : search::ParamSet{};
    if (!search::is_finished(trial.state)) {
      plan.unfinished.push_back(trial);
      plan.history.add_begun(trial.number, trial.stage, std::move(params));
      continue;
    }
    ++plan.finished;
    plan.pruned += trial.state == search::TrialState::kPruned ? 1 : 0;
    const auto score = trial.value ? std::optional(metric.score(*trial.value)) : std::nullopt;
    plan.history.add_ended(
        {trial.number, trial.stage, trial.state, std::move(params), score, trial.epochs_done});
    const search::Standing standing{trial.state, trial.stage, score, trial.number};
    plan.best = better(standing, plan.best) ? standing : plan.best;
  }
  plan.may_go_on = plan.unfinished;
  if (promotes) {
    const auto waiting = waiting_for_promotion(trials);
    plan.may_go_on.insert(plan.may_go_on.end(), waiting.begin(), waiting.end());
  }
  return plan;
}

}  // namespace hpsearch::runner

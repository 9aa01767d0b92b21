#include "runner/run/plan.h"

#include <algorithm>
#include <map>

#include "nn/base/sha256.h"
#include "runner/run/stored_outcome.h"
#include "search/pruners/trial_rules.h"

namespace hpsearch::runner {

std::uint64_t Plan::end_number() const {
  const std::uint64_t end = rules.end_number();
  return used_up ? std::min(end, *used_up) : end;
}

std::int64_t Plan::share() const {
  const std::uint64_t end = end_number();
  return static_cast<std::int64_t>(shard ? shard->size(end) : end);
}

std::uint64_t Plan::to_begin(std::uint64_t first, std::uint64_t end) const {
  if (end <= first) {
    return 0;
  }
  const auto has_row =
      std::count_if(later_rows.lower_bound(first), later_rows.lower_bound(end),
                    [&](const auto& row) { return !shard || shard->has(row.first); });
  const std::uint64_t all = shard ? shard->size(end) - shard->size(first) : end - first;
  return all - static_cast<std::uint64_t>(has_row);
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
    epochs += static_cast<double>(to_begin(from, to)) * *stage.epochs * std::max(1, folds);
    first = last;
  }
  return epochs;
}

std::int64_t Plan::to_train() const {
  const std::uint64_t end = end_number();
  const auto again = std::count_if(unfinished.begin(), unfinished.end(),
                                   [&](const storage::TrialRow& t) { return t.number < end; });
  return again + static_cast<std::int64_t>(to_begin(next_number, end));
}

bool Plan::something_left(std::size_t next_unfinished) const {
  const std::uint64_t end = end_number();
  return to_begin(next_number, end) > 0 ||
         std::any_of(unfinished.begin() + static_cast<std::ptrdiff_t>(next_unfinished),
                     unfinished.end(),
                     [&](const storage::TrialRow& row) { return row.number < end; });
}

bool Plan::may_promote() const {
  const std::string reason = stop_reason();
  return promotes && next_number <= end_number() && (reason == "run_cap" || reason == "space");
}

namespace {

void add_promotions(Plan& plan,
                    storage::Reader& reader,
                    std::int64_t sweep_id,
                    const std::vector<search::Metric>& watched,
                    bool same_machine) {
  const std::vector<storage::TrialRow> trials = reader.trials(sweep_id);
  for (const storage::TrialRow& trial : trials) {
    plan.promotions.begun(trial);
    if (is_paused(trial)) {
      plan.promotions.paused(trial.number, paused_epochs(reader, trial.trial_id, watched),
                             same_machine);
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
    StoredCurves stored = stored_curves(reader, trial, spec, watched);
    plan.history.add_curves(trial.number, std::move(stored.curves), std::move(stored.fold_scores),
                            is_paused(trial));
  }
  if (plan.promotes) {
    add_promotions(plan, reader, sweep_id, watched, same_machine);
  }
}

void add_margins(Plan& plan,
                 storage::Reader& reader,
                 std::int64_t sweep_id,
                 const std::vector<storage::TrialRow>& trials,
                 const search::SweepSpec& spec) {
  if (spec.result_constraints.empty()) {
    return;
  }
  const auto results = reader.results(sweep_id);
  for (const storage::TrialRow& trial : trials) {
    if (search::is_finished(trial.state) && trial.number < plan.end_number()) {
      plan.history.set_margins(trial.number, stored_margins(trial, results, spec));
    }
  }
}

Plan make_plan(const std::vector<storage::TrialRow>& trials,
               const search::StopLimits& limits,
               const search::Metric& metric,
               std::optional<std::uint64_t> positions,
               bool keeps_params,
               bool promotes,
               const std::optional<storage::Shard>& shard) {
  Plan plan(search::StopRules(limits, metric));
  plan.shard = shard;
  plan.promotes = promotes;
  if (promotes) {
    plan.rules.may_have_more();
  }
  std::uint64_t enqueued = 0;  // and promoted ones
  auto limit = static_cast<std::uint64_t>(limits.trials);
  std::map<std::uint64_t, int> trained;  // epochs, by trial
  for (const storage::TrialRow& trial : trials) {
    // Only where no trial depends on others may one begin before those below it: the gaps of other
    // methods are trials that another process is just claiming.
    if (trial.number == plan.next_number || keeps_params || promotes) {
      plan.next_number = std::max(plan.next_number, trial.number + 1);
    } else {
      plan.later_rows.try_emplace(trial.number);
    }
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
                             is_paused(trial), trial.violation);
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
    std::string hash = nn::sha256_hex(trial.params_json).substr(0, 16);
    if (const auto later = plan.later_rows.find(trial.number); later != plan.later_rows.end()) {
      later->second = {trial.stage, std::move(hash)};
    } else {
      plan.history.add_tried(trial.stage, std::move(hash));
    }
    auto params = keeps_params ? search::parse_params_json(trial.params_json) : search::ParamSet{};
    if (!search::is_finished(trial.state)) {
      if (!shard || shard->has(trial.number)) {
        plan.unfinished.push_back(trial);
      }
      plan.history.add_begun(trial.number, trial.stage, std::move(params));
      continue;
    }
    ++plan.finished;
    plan.pruned += trial.state == search::TrialState::kPruned ? 1 : 0;
    const auto score = trial.value ? std::optional(metric.score(*trial.value)) : std::nullopt;
    plan.history.add_ended(
        {trial.number, trial.stage, trial.state, std::move(params), score, trial.epochs_done});
    const search::Standing standing{trial.state,  trial.stage, score,
                                    trial.number, false,       trial.violation};
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

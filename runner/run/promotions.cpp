#include "runner/run/promotions.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "search/pruners/trial_rules.h"
#include "storage/judged_event.h"

namespace hpsearch::runner {
namespace {

bool is_promotion(storage::Origin origin) {
  return origin == storage::Origin::kPromoted;
}

}  // namespace

void Promotions::add(std::uint64_t number, Trial trial) {
  if (trial.parent) {
    gone_on_.insert(*trial.parent);
  }
  trials_.insert_or_assign(number, std::move(trial));
}

void Promotions::begun(const storage::TrialStart& start) {
  add(start.number, {start.params, start.seed, start.stage, start.epochs,
                     is_promotion(start.origin) ? start.parent : std::nullopt});
}

void Promotions::begun(const storage::TrialRow& row) {
  add(row.number, {search::parse_params_json(row.params_json), row.seed, row.stage, row.epochs,
                   is_promotion(row.origin) ? row.parent : std::nullopt});
}

void Promotions::paused(std::uint64_t number,
                        std::vector<nn::EpochRecord> epochs,
                        bool comparable) {
  trials_.at(number).trained = std::move(epochs);
  trials_.at(number).comparable = comparable;
}

void Promotions::ended(std::uint64_t number,
                       TrialOutcome& outcome,
                       History& history,
                       Checkpoints* checkpoints) {
  if (const auto from = parent(number)) {
    history.set_promoted(number, *from, rung(number));
    discard_ended(checkpoints, outcome.state, *from);
  }
  if (outcome.paused) {
    paused(number, std::move(outcome.epochs));
  }
}

int Promotions::rung(std::uint64_t number) const {
  int rung = 0;
  for (auto parent = trials_.at(number).parent; parent; parent = trials_.at(*parent).parent) {
    ++rung;
  }
  return rung;
}

std::optional<std::uint64_t> Promotions::parent(std::uint64_t number) const {
  const auto found = trials_.find(number);
  return found == trials_.end() ? std::nullopt : found->second.parent;
}

int Promotions::own_epochs(std::uint64_t number, int epochs) const {
  const auto from = parent(number);
  const int inherited = from ? static_cast<int>(trials_.at(*from).trained.size()) : 0;
  return std::max(0, epochs - inherited);
}

Launch Promotions::launch(const search::SweepSpec& spec,
                          std::uint64_t number,
                          const search::Promotion& promotion) const {
  const Trial& paused = trials_.at(promotion.trial);
  Launch launch =
      make_launch(spec, number, paused.params,
                  spec.search.stages.empty() ? std::nullopt : std::optional(paused.epochs));
  launch.start.stage = paused.stage;
  launch.start.origin = storage::Origin::kPromoted;
  launch.start.parent = promotion.trial;
  continue_from(promotion.trial, launch);
  launch.why = storage::Promoted{promotion.trial, promotion.text}.to_row();
  return launch;
}

void Promotions::continue_from(std::uint64_t parent, Launch& launch) const {
  const Trial& paused = trials_.at(parent);
  launch.start.seed = launch.task.seed = paused.seed;
  launch.task.continues = parent;
  if (paused.comparable) {
    launch.task.before = paused.trained;
  }
}

void Promotions::complete(Launch& launch) const {
  if (!is_promotion(launch.start.origin) || !launch.start.parent) {
    return;
  }
  continue_from(*launch.start.parent, launch);
}

void discard_unless_paused(Checkpoints* checkpoints,
                           std::uint64_t trial,
                           const TrialOutcome& outcome) {
  if (!outcome.paused) {
    discard_ended(checkpoints, outcome.state, trial);
  }
}

bool promotes(const search::SweepSpec& spec) {
  return search::PrunerSet(spec).promotes();
}

bool is_paused(const storage::TrialRow& trial) {
  return trial.state == search::TrialState::kPruned && trial.reason &&
         trial.reason->starts_with(search::kPausedReason);
}

std::vector<storage::TrialRow> waiting_for_promotion(const std::vector<storage::TrialRow>& trials) {
  std::set<std::uint64_t> ended;
  for (const storage::TrialRow& trial : trials) {
    if (is_promotion(trial.origin) && trial.parent && search::is_finished(trial.state)) {
      ended.insert(*trial.parent);
    }
  }
  std::vector<storage::TrialRow> waiting;
  std::copy_if(trials.begin(), trials.end(), std::back_inserter(waiting),
               [&](const storage::TrialRow& trial) {
                 return is_paused(trial) && !ended.contains(trial.number);
               });
  return waiting;
}

}  // namespace hpsearch::runner

#include "runner/run/shared_trials.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "runner/run/environment.h"
#include "runner/run/run_event.h"
#include "runner/run/stored_outcome.h"
#include "search/pruners/trial_rules.h"
#include "storage/error.h"

namespace hpsearch::runner {

SharedTrials::SharedTrials(storage::Claims& claims,
                           const search::SweepSpec& spec,
                           TrialFactory& trials,
                           Checkpoints* checkpoints)
    : claims_(claims),
      spec_(spec),
      trials_(trials),
      checkpoints_(checkpoints),
      watched_(search::watched_metrics(spec)) {}

bool SharedTrials::claim(Launch& launch,
                         std::vector<storage::EventRow> events,
                         std::vector<StoredTraining>& trainings) {
  const std::uint64_t number = launch.start.number;
  free_.erase(number);
  const auto claimed = claims_.claim({.start = launch.start,
                                      .stage = launch.stage,
                                      .events = std::move(events),
                                      .forget = !trials_.reproducible() || kinds_differ()});
  if (!claimed) {
    elsewhere_.insert_or_assign(number, launch);
    return false;
  }
  launch.start.attempt = claimed->attempt;
  if (claimed->attempt > 1) {
    // What was read before the claim may lack what its former owner stored since.
    read_stored(*claimed, launch, trainings);
  }
  adopt_states(launch, claimed->attempt);
  ours_.insert_or_assign(number, launch);
  return true;
}

// Then what an earlier attempt has stored may have other bits than this process comes to.
bool SharedTrials::kinds_differ() {
  if (!claims_.has_lease()) {
    return false;  // all are on this machine, and of one build
  }
  const auto kinds = run_fingerprints(claims_.reader(), claims_.sweep_id());
  const std::string here = fingerprint();
  return std::any_of(kinds.begin(), kinds.end(),
                     [&](const std::string& kind) { return kind != here; });
}

void SharedTrials::read_stored(const storage::Claimed& claimed,
                               Launch& launch,
                               std::vector<StoredTraining>& trainings) {
  const std::uint64_t number = launch.start.number;
  storage::TrialRow row;
  row.trial_id = claimed.trial_id;
  row.number = number;
  StoredTrials stored = stored_trials(claims_.reader(), {row}, spec_);
  launch.task.stored = std::move(stored.epochs[number]);
  trainings = std::move(stored.folds[number]);
}

void SharedTrials::adopt_states(const Launch& launch, int attempt) {
  if (checkpoints_ == nullptr) {
    return;
  }
  if (attempt > 1) {
    checkpoints_->adopt(claims_.checkpoints(launch.start.number));
  }
  if (launch.task.continues) {
    checkpoints_->adopt(claims_.checkpoints(*launch.task.continues));
  }
}

std::optional<Launch> SharedTrials::next_free(std::uint64_t end) {
  if (free_.empty() || *free_.begin() >= end) {
    return std::nullopt;
  }
  const std::uint64_t number = *free_.begin();
  free_.erase(free_.begin());
  return elsewhere_.extract(number).mapped();
}

bool SharedTrials::waits(std::uint64_t end) const {
  return !elsewhere_.empty() && elsewhere_.begin()->first < end;
}

std::vector<SharedTrials::Ended> SharedTrials::poll() {
  std::vector<Ended> ended;
  if (elsewhere_.empty()) {
    return ended;
  }
  std::vector<std::uint64_t> numbers;
  std::transform(elsewhere_.begin(), elsewhere_.end(), std::back_inserter(numbers),
                 [](const auto& one) { return one.first; });
  std::optional<StoredResults> results;
  for (const storage::Standing& now : claims_.look(numbers)) {
    if (!now.row || !search::is_finished(now.row->state)) {
      if (now.held) {
        free_.erase(now.number);
      } else {
        free_.insert(now.number);
        if (now.row) {
          elsewhere_.at(now.number).why.reset();  // whoever began it has written that
        }
      }
      continue;
    }
    const Launch launch = elsewhere_.extract(now.number).mapped();
    free_.erase(now.number);
    require_equal(launch, *now.row);
    if (!results) {
      results = spec_.result_constraints.empty() ? StoredResults()
                                                 : claims_.reader().results(claims_.sweep_id());
    }
    ended.push_back(
        {{now.number, launch.start.stage, now.row->attempt, launch.epochs, launch.start.params},
         stored_outcome(claims_.reader(), *now.row, *results, spec_, watched_)});
  }
  return ended;
}

void SharedTrials::require_equal(const Launch& launch, const storage::TrialRow& row) const {
  const std::string params = search::params_json(launch.start.params);
  if (row.params_json != params || row.seed != launch.start.seed ||
      row.stage != launch.start.stage) {
    throw storage::StoreError(fmt::format(
        "trial {} was trained by another process with other parameters than this one comes to: {} "
        "instead of {}. Processes that share a sweep must be of one build and on one CPU; run them "
        "all by the same program",
        row.number, row.params_json, params));
  }
}

const std::set<std::uint64_t>& SharedTrials::lost() {
  for (const std::uint64_t number : claims_.take_lost()) {
    lost_.insert(number);
  }
  return lost_;
}

bool SharedTrials::is_ours(std::uint64_t number, storage::Recorder& recorder) {
  // A lease may have run out before the end was written.
  if (claims_.has_lease() || lost().contains(number)) {
    recorder.flush();
  }
  if (!lost().contains(number)) {
    return true;
  }
  lost_.erase(number);
  if (auto launch = ours_.extract(number); !launch.empty()) {
    elsewhere_.insert_or_assign(number, std::move(launch.mapped()));
  }
  return false;
}

}  // namespace hpsearch::runner

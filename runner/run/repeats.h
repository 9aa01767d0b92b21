// `repeats` of a sweep: once its search has ended, the best trials are trained with further seeds.
//
// Which trials these are, their seeds and what they come to do not depend on the workers. A trial
// whose trainings are all complete has their mean as value, and ranks before all trials that have
// none; one of which a training diverges or fails ends like that training, and does not rank.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "runner/console/line_printer.h"
#include "runner/run/driver.h"
#include "runner/run/executor.h"
#include "runner/run/kept_weights.h"
#include "runner/run/progress.h"
#include "runner/run/trial_folds.h"
#include "runner/run/trial_trainer.h"
#include "search/sweep/sweep_spec.h"
#include "storage/recorder.h"
#include "storage/store.h"

namespace hpsearch::runner {

// A trial to repeat, with what is stored of its trainings.
struct RepeatedTrial {
  storage::TrialRow row;
  std::vector<StoredTraining> trainings;
};

// What the loop needs; what it refers to must outlive it.
struct RepeatParts {
  const search::SweepSpec& spec;
  TrialFactory& trials;
  storage::Recorder& recorder;
  Executor& executor;
  Progress& progress;
  int workers = 1;
  std::vector<RepeatedTrial> best;                                     // the best first
  std::optional<std::chrono::steady_clock::time_point> deadline;       // `stop.time`
  std::optional<std::chrono::steady_clock::time_point> call_deadline;  // of this call
  // Of the search's best trial: its first training.
  std::optional<KeptWeights> kept = std::nullopt;
  // As DriverParts::abandon.
  std::function<void(const std::optional<KeptWeights>& best)> abandon = {};
};

// Trains what is left, the best trial's replicates first. `reason` and `end_number` of the result
// stay empty, but for the reason "time" or "signal"; `kept` has the weights of the best repeated
// trial, as far as they are in memory. After a stop the trainings end at their next batch; those
// that are complete are not trained again. Throws as drive().
DriveResult train_repeats(RepeatParts parts, const std::stop_token& stop);

// The best trials of a sweep whose search has ended, with their stored trainings. All rows have the
// result of the first training, as Store::begin_run() leaves them.
std::vector<RepeatedTrial> trials_to_repeat(storage::Store& store,
                                            const storage::SweepRow& sweep,
                                            const search::RepeatsSpec& repeats);

// The trainings that are left of these trials.
std::int64_t trainings_left(const std::vector<RepeatedTrial>& trials, int seeds);

// "repeats: 6 trainings left for the best 3 trials, 3 seeds each".
std::string repeats_line(const std::vector<RepeatedTrial>& trials, int seeds);

// The trials as the search left them: those that were repeated with the result of their first
// training again.
std::vector<storage::TrialRow> as_searched(storage::Reader& reader,
                                           std::vector<storage::TrialRow> trials,
                                           const search::SweepSpec& spec);

}  // namespace hpsearch::runner

// Rows as plain values, the interface of the storage room.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nn/training/epoch_record.h"
#include "search/pruners/judgement.h"
#include "search/space/space.h"
#include "search/sweep/feasibility.h"
#include "search/sweep/observation.h"
#include "search/sweep/trial.h"
#include "storage/states.h"

namespace hpsearch::storage {

// One training of a trial: its only one, or one of its replicates or folds. A trial alone stands
// for the first, which is the one that its own row tells of.
struct TrainingKey {
  TrainingKey(std::uint64_t trial_number, int of_replicate = 0)  // NOLINT(*-explicit-*)
      : number(trial_number), replicate(of_replicate) {}
  std::uint64_t number;  // of the trial in its sweep
  int replicate;
};

// The same, where the trial is named by its row.
struct TrainingId {
  TrainingId(std::int64_t trial, int of_replicate = 0)  // NOLINT(*-explicit-*)
      : trial_id(trial), replicate(of_replicate) {}
  std::int64_t trial_id;
  int replicate;
};

// As the database has it; events.h gives each kind a type.
struct EventRow {
  std::string kind;
  std::string detail_json;
  std::string at = {};  // as utc_now() writes it; empty: now
};

// A result of an earlier sweep that a new one started from.
struct EarlierRow {
  search::Observation result;  // numbered as in the earlier sweep
  std::string source;          // "old.db:digits"
};

// The data of a sweep before it runs.
struct NewSweep {
  std::string name;
  std::string method;
  std::string metric;
  std::string goal;
  std::uint64_t seed = 0;
  std::string config_yaml;
  std::string config_hash;
  std::string data_json;
  std::string tool_version;
  std::vector<EarlierRow> earlier = {};
  std::vector<EventRow> events = {};  // its origin
};

struct SweepRow {
  std::int64_t sweep_id = 0;
  std::string name;
  std::string method;
  std::string metric;
  std::string goal;
  std::uint64_t seed = 0;
  std::string config_yaml;
  std::string config_hash;
  std::string data_json;
  SweepState state = SweepState::kRunning;
  std::string created_at;
  std::optional<std::string> finished_at;
  double active_seconds = 0.0;
  std::optional<StopReason> stop_reason;
  std::optional<std::string> host_json;
  std::optional<std::string> archived_at = {};  // set while it is archived
};

struct StageRow {
  int stage = 0;
  std::optional<int> epochs;
  std::int64_t trials = 0;
  std::string space_json;
};

struct TrialRow {
  std::int64_t trial_id = 0;
  std::uint64_t number = 0;
  search::TrialState state = search::TrialState::kQueued;
  std::optional<double> value;
  std::optional<int> best_epoch;
  int epochs_done = 0;
  int epochs = 0;
  std::uint64_t seed = 0;
  int stage = 0;
  int attempt = 1;
  std::string params_json;
  std::optional<std::string> finished_at;
  std::optional<double> seconds;
  std::optional<std::string> reason;
  Origin origin = Origin::kSampler;
  std::optional<std::uint64_t> parent;         // of a carried trial: the trial that it repeats
  std::optional<std::string> worker;           // that trained it last
  std::optional<std::string> started_at = {};  // of the last attempt
  double violation = 0.0;  // of the sweep's constraints on results (feasibility.h); 0: none
};

// A training of a trial that has several.
struct ReplicateRow {
  int replicate = 0;
  std::uint64_t seed = 0;
  std::optional<int> fold;
  std::string state;  // as of a trial
  std::optional<double> value;
  std::optional<int> best_epoch;
  int epochs_done = 0;
  std::optional<double> seconds;
};

// The start of a trial, or of a further attempt.
struct TrialStart {
  std::uint64_t number = 0;
  std::uint64_t seed = 0;
  int stage = 0;
  int attempt = 1;
  int epochs = 0;
  search::ParamSet params;
  std::vector<std::optional<double>> units;  // places in the ranges, 0 to 1, in params' order
  std::string worker;
  Origin origin = Origin::kSampler;
  std::optional<std::uint64_t> parent = {};  // number of the trial that this one repeats
  std::string at = {};                       // as utc_now() writes it; empty: now
  bool in_folds = false;  // its trainings have entries of their own (ReplicateStart)
};

// How a trial ended. `value` and `best_epoch` are set for complete and pruned ones only.
struct TrialEnd {
  std::uint64_t number = 0;
  search::TrialState state = search::TrialState::kComplete;
  std::optional<double> value;
  std::optional<double> score;
  int best_epoch = 0;
  int epochs_done = 0;
  double seconds = 0.0;
  std::string reason;
  std::string at = {};    // as utc_now() writes it; empty: now
  bool in_folds = false;  // `value` is the mean of its trainings' and there is no single best epoch
  std::vector<double> values = {};  // of these trainings, by replicate
  bool paused = false;              // pruned, and another trial may go on from its saved state
  // Of a trial of several trainings that has ended: how many of them count. What others have come
  // to by then depends on timing, and is deleted.
  std::optional<int> folds = {};
  std::vector<search::Judgement> judgements = {};  // by the pruners
  // By constraints on results; empty where the trial is not judged, and keeps an earlier verdict.
  struct Verdict {
    search::TrialResults results;     // what the constraints ask for
    double violation = 0.0;           // 0: the trial satisfies all
    std::vector<std::string> broken;  // the constraints that it violates, as written
  };
  std::optional<Verdict> verdict = {};
};

// One training of a trial that has several begins, for the first time or again.
struct ReplicateStart {
  TrainingKey training;
  std::uint64_t seed = 0;
  std::optional<int> fold;  // none: the same rows with another seed
};

// It ends. `value` and `best_epoch` are set for complete ones only.
struct ReplicateEnd {
  TrainingKey training;
  search::TrialState state = search::TrialState::kComplete;
  std::optional<double> value = {};
  int best_epoch = 0;
  int epochs_done = 0;
  double seconds = 0.0;
};

// What an ended sweep's ensemble is made of, and how good it is.
struct EnsembleRow {
  struct Member {
    std::int64_t trial_id = 0;
    std::uint64_t trial = 0;  // its number; only read
    int fold = 0;             // of a network for each fold; else 0
    int epoch = 0;            // of the weights
    double weight = 0.0;      // of its predictions in the mean; all of them add up to 1
  };
  struct MetricValue {
    std::string name;  // val_loss: of the ensemble; best_val_loss: of the best trial on these rows;
                       // test_loss: of the ensemble on the test part; gain, gain_low, gain_high
    double value = 0.0;
  };
  std::string kind;       // "folds" or "trials"
  std::int64_t rows = 0;  // that the val_ metrics were measured on; 0: none of its own
  std::vector<Member> members = {};
  std::vector<MetricValue> metrics = {};  // by name
};

// A metric without a column of its own.
struct MetricRow {
  int epoch = 0;
  std::string name;
  double value = 0.0;
  int replicate = 0;  // of the test metrics that end_run() writes; nothing reads it
};

// A file that belongs to a trial.
struct ArtifactRow {
  std::string name;  // "weights", "predictions", "prediction_table", "candidate"
  std::string path;  // relative to the folder of the database, with '/'
  std::uint64_t bytes = 0;
  std::string sha256;  // 64 hexadecimal digits
};

// The saved state of a training that has not ended: what it goes on from after a kill.
struct CheckpointFile {
  int epoch = 0;     // the last one that is in it; the database has all epochs up to it
  std::string path;  // relative to the folder of the database, with '/'
  std::uint64_t bytes = 0;
  std::string sha256;  // 64 hexadecimal digits
};

struct CheckpointRow {
  TrainingKey training;
  CheckpointFile file;
};

// An event with its time and, if it is about one trial, the trial's number.
struct LogRow {
  std::string at;
  std::optional<std::uint64_t> trial;
  EventRow event;
};

}  // namespace hpsearch::storage

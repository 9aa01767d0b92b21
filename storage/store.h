// Writes sweeps to the database. All results are stored through this class.
//
// For one thread at a time; while a sweep trains, that is the Recorder's. Each public function is
// one transaction, or part of the one that begin() opened: after a crash the database has all of it
// or nothing. Every function throws StoreError.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "search/space/space.h"
#include "storage/records.h"

namespace hpsearch::storage {

class Store {
 public:
  // Opens the database, creating or migrating it as needed.
  Store(std::filesystem::path path, std::string tool_version);
  ~Store();
  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;

  const std::filesystem::path& path() const;

  // Waits until a file that this object created is on the disk; creating it does not wait. From
  // then on, a power cut loses at most the last commits. Does nothing for existing files. If
  // another process is in the way, the next call tries again.
  void make_durable();

  // --- Sweeps, between runs -------------------------------------------------------------------

  std::optional<SweepRow> find_sweep(const std::string& name);

  // Creates a sweep in state `running` with its stages, its view "trials_<name>", the results that
  // it starts from and its first events. If another process has just created a sweep of this name,
  // returns that one.
  SweepRow find_or_create_sweep(const NewSweep& sweep,
                                const std::vector<StageRow>& stages,
                                const search::Space& space);

  // Frees the name: the sweep becomes `name~1` (or ~2, ...) and keeps its rows. Returns the new
  // name.
  std::string set_aside(const SweepRow& sweep);

  std::vector<StageRow> stages(std::int64_t sweep_id);         // by stage
  std::vector<TrialRow> trials(std::int64_t sweep_id);         // by number
  std::vector<nn::EpochRecord> epochs(std::int64_t trial_id);  // of replicate 0, by epoch
  std::vector<EventRow> events(std::int64_t sweep_id, const std::string& kind);  // oldest first
  std::vector<EarlierRow> earlier_trials(std::int64_t sweep_id);                 // by number

  // Sweeps in state `running` whose process is dead become `interrupted`, and their running trials
  // with them.
  void interrupt_dead_sweeps();

  // Starts a run, in one transaction: the sweep becomes `running` with this configuration and host;
  // trials that a dead process left `running` become `interrupted`; trials numbered `run_cap` and
  // above become `interrupted` with reason `beyond_stop`, and those below it that once became so
  // get their old state back; test metrics, which belong to an ended sweep, are deleted.
  struct RunStart {
    std::string config_yaml;
    std::string config_hash;
    std::string host_json;
    std::int64_t run_cap = 0;
    std::string event_json;  // detail of the event `run_started`
    // Deletes the epochs of unfinished trials, which this run cannot reproduce bit for bit (it has
    // another fingerprint), so that those trials start again.
    bool forget_unfinished = false;
    std::vector<std::int64_t> stage_trials = {};  // by stage; empty: run_cap in the only stage
  };
  void begin_run(std::int64_t sweep_id, const RunStart& start);

  // Trials numbered `end_number` and above become `interrupted` with reason `beyond_stop`; those
  // below it that once became so get their old state back.
  void cut_beyond(std::int64_t sweep_id, std::uint64_t end_number);

  // Ends a run in one transaction: sets its state (`complete` or `interrupted`), the reason and the
  // winner's test metrics. Trials still `running` become `interrupted`, with the same reason.
  void end_run(std::int64_t sweep_id,
               const std::string& state,
               const std::optional<std::string>& stop_reason,
               std::optional<std::int64_t> winner,
               const std::vector<MetricRow>& test_metrics);

  // Records a file of a trial that has just been written. Replaces earlier artifacts with this
  // path, or with this name in the trial, since a path belongs to one trial.
  void put_artifact(std::int64_t trial_id, const ArtifactRow& artifact);
  // What this path stood for is forgotten, if it stood for anything. The file stays.
  void forget_artifact(const std::string& path);

  // --- The queue: trials that wait for the next run ---------------------------------------------

  // Adds a trial in state `queued` with origin `enqueued` and no attempt yet. Ignores `attempt` and
  // `worker`.
  void enqueue_trial(std::int64_t sweep_id, const TrialStart& trial);

  // Sets these trials to `queued`. The next run trains them again as a further attempt, with the
  // same seed and parameters, and compares the epochs with the stored ones.
  void put_back(std::int64_t sweep_id, const std::vector<std::uint64_t>& numbers);

  // --- Trials, while a sweep runs -------------------------------------------------------------

  // Groups all calls until commit() into one transaction. Some rows are written only at its end, so
  // reads before that may miss them.
  void begin();
  void commit();
  void rollback() noexcept;

  // Records the start of a stage, whose space is known now, and the event that explains it.
  void begin_stage(std::int64_t sweep_id, const StageRow& stage, const EventRow& event);
  // Adds a trial, or a further attempt of it.
  void start_trial(std::int64_t sweep_id, const TrialStart& start);
  // Overwrites an epoch with the same number. Its additional metrics (nn::kEpochMetrics) go into
  // the table metrics, without those that are not finite.
  void record_epoch(std::int64_t sweep_id, std::uint64_t number, const nn::EpochRecord& record);
  void end_trial(std::int64_t sweep_id, const TrialEnd& end);
  void add_event(std::int64_t sweep_id, std::optional<std::uint64_t> number, const EventRow& event);
  void add_active_seconds(std::int64_t sweep_id, double seconds);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hpsearch::storage

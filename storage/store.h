// Writes sweeps into the database: the one narrow way by which results are kept.
//
// A Store is used by one thread at a time; while a sweep trains, that thread is the Recorder's.
// Each public function is one transaction or part of the one that begin() opened: after a crash the
// database holds all of it or nothing. Everything throws StoreError.
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

  // Waits until a file that this object has made is on the disk, which its making does not wait
  // for: from then on a power cut takes no more than the last commits. Does nothing for others;
  // where another process is in the way just now, the next call tries again.
  void make_durable();

  // --- Sweeps, between runs -------------------------------------------------------------------

  std::optional<SweepRow> find_sweep(const std::string& name);

  // A new sweep in state `running` with its stages, its view "trials_<name>", the results that it
  // begins with and its first events. If another process has just made a sweep of this name,
  // returns that one.
  SweepRow find_or_create_sweep(const NewSweep& sweep,
                                const std::vector<StageRow>& stages,
                                const search::Space& space);

  // Gives the name free: the sweep becomes `name~1` (or ~2, ...), its rows stay. Returns the new
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

  // Before a run trains anything, in one transaction: the sweep is `running` again with this
  // configuration and host; trials that a dead process left `running` become `interrupted`; trials
  // numbered `run_cap` and above become `interrupted` with reason `beyond_stop`, and those below it
  // that once were so get back what they were; test metrics, which belong to an ended sweep, go.
  struct RunStart {
    std::string config_yaml;
    std::string config_hash;
    std::string host_json;
    std::int64_t run_cap = 0;
    std::string event_json;  // detail of the event `run_started`
    // The stored epochs of unfinished trials cannot be compared with what this run will find: they
    // are deleted, and those trials start again.
    bool forget_unfinished = false;
    std::vector<std::int64_t> stage_trials = {};  // of each stage; empty: run_cap in the only one
  };
  void begin_run(std::int64_t sweep_id, const RunStart& start);

  // Trials numbered `end_number` and above become `interrupted` with reason `beyond_stop`; those
  // below it that once were so get back what they were.
  void cut_beyond(std::int64_t sweep_id, std::uint64_t end_number);

  // Ends a run: its state (`complete` or `interrupted`), why, and the winner's test metrics, at
  // once. What the run left `running` becomes `interrupted`, with the same reason.
  void end_run(std::int64_t sweep_id,
               const std::string& state,
               const std::optional<std::string>& stop_reason,
               std::optional<std::int64_t> winner,
               const std::vector<MetricRow>& test_metrics);

  // Notes a file of a trial that has just been written. What its path, or the trial's artifact of
  // this name, stood for before is forgotten: a path belongs to one trial.
  void put_artifact(std::int64_t trial_id, const ArtifactRow& artifact);
  // What this path stood for is forgotten, if it stood for anything. The file stays.
  void forget_artifact(const std::string& path);

  // --- The queue: trials that wait for the next run ---------------------------------------------

  // A new trial in state `queued` with origin `enqueued` and no attempt; `attempt` and `worker` of
  // the start are not used.
  void enqueue_trial(std::int64_t sweep_id, const TrialStart& trial);

  // These trials become `queued`: the next run trains them again, with the same seed and parameters
  // as their next attempt, and compares their stored epochs.
  void put_back(std::int64_t sweep_id, const std::vector<std::uint64_t>& numbers);

  // --- Trials, while a sweep runs -------------------------------------------------------------

  // Groups all calls until commit() into one transaction, which writes some of it at its end: what
  // is read before that may lack it.
  void begin();
  void commit();
  void rollback() noexcept;

  // A stage begins: its space is known. The event says why.
  void begin_stage(std::int64_t sweep_id, const StageRow& stage, const EventRow& event);
  // A trial's first row, or a further attempt of it.
  void start_trial(std::int64_t sweep_id, const TrialStart& start);
  // Overwrites an epoch of the same number. Its further metrics (nn::kEpochMetrics) go into the
  // table metrics, those that are not finite nowhere.
  void record_epoch(std::int64_t sweep_id, std::uint64_t number, const nn::EpochRecord& record);
  void end_trial(std::int64_t sweep_id, const TrialEnd& end);
  void add_event(std::int64_t sweep_id, std::optional<std::uint64_t> number, const EventRow& event);
  void add_active_seconds(std::int64_t sweep_id, double seconds);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hpsearch::storage

// Writes sweeps to the database. All results are stored through this class.
//
// For one thread at a time; while a sweep trains, that is the Recorder's. Each function that writes
// is one transaction, unless it says otherwise: after a crash the database has all of it or
// nothing. Every function throws StoreError.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "search/space/space.h"
#include "storage/events.h"
#include "storage/journal.h"
#include "storage/reader.h"

namespace hpsearch::storage {

class Store : public Reader, public Journal {
 public:
  // --- Sweeps, between runs -------------------------------------------------------------------

  virtual std::optional<SweepRow> find_sweep(const std::string& name) = 0;

  // Creates a sweep in state `running` with its stages, its view "trials_<name>", the results that
  // it starts from and its first events. If there is a sweep of this name, returns that one and
  // changes nothing.
  virtual SweepRow find_or_create_sweep(const NewSweep& sweep,
                                        const std::vector<StageRow>& stages,
                                        const search::Space& space) = 0;

  // Frees the name: the sweep becomes `name~1` (or ~2, ...) and keeps its rows. Returns the new
  // name.
  virtual std::string set_aside(const SweepRow& sweep) = 0;

  // Removes the sweep, if it is there, with all its rows and its view. Its files stay: see
  // artifact_path(). Call it under the sweep's lock.
  virtual void remove_sweep(std::int64_t sweep_id) = 0;

  // Gives the space of removed rows back to the file system, as far as this kind of database can.
  // Nobody else writes meanwhile, so call it while nothing trains. Not a transaction: where it
  // throws, the rows are as they were.
  virtual void release_space() = 0;

  // An archived sweep keeps everything. The next run brings it back. Archiving twice changes
  // nothing.
  virtual void archive(std::int64_t sweep_id, bool archived) = 0;

  // Sweeps in state `running` whose process is dead become `interrupted`, and their running trials
  // with them. One transaction a sweep, under that sweep's lock.
  virtual void interrupt_dead_sweeps() = 0;

  // Starts a run: the sweep becomes `running` with this configuration and host; trials that a dead
  // process left `running` become `interrupted`; trials numbered `run_cap` and above become
  // `interrupted` with reason `beyond_stop`, and those below it that once became so get their old
  // state back. What belongs to an ended sweep goes: test metrics are deleted, and repeated trials
  // get the result of their first training back, while their further replicates stay. An archived
  // sweep is one no longer.
  struct RunStart {
    std::string config_yaml;
    std::string config_hash;
    std::string host_json;
    std::int64_t run_cap = 0;
    RunStarted event;
    // Deletes the epochs of unfinished trials, which this run cannot reproduce bit for bit (it has
    // another fingerprint), so that those trials start again.
    bool forget_unfinished = false;
    std::vector<std::int64_t> stage_trials = {};  // by stage; empty: run_cap in the only stage
  };
  virtual void begin_run(std::int64_t sweep_id, const RunStart& start) = 0;

  // Trials numbered `end_number` and above become `interrupted` with reason `beyond_stop`; those
  // below it that once became so get their old state back.
  virtual void cut_beyond(std::int64_t sweep_id, std::uint64_t end_number) = 0;

  // Ends a run: sets its state (kComplete or kInterrupted), the reason (none: an error ended it)
  // and the winner's test metrics. Trials still `running` become `interrupted`, with the same
  // reason.
  virtual void end_run(std::int64_t sweep_id,
                       SweepState state,
                       std::optional<StopReason> stop_reason,
                       std::optional<std::int64_t> winner,
                       const std::vector<MetricRow>& test_metrics) = 0;

  // Records a file of a trial that has just been written. Replaces earlier artifacts with this
  // path, or with this name in the trial, since a path belongs to one trial.
  virtual void put_artifact(std::int64_t trial_id, const ArtifactRow& artifact) = 0;
  // Takes the place of the sweep's earlier ensemble. begin_run() takes it away: like test metrics
  // it belongs to an ended sweep.
  virtual void put_ensemble(std::int64_t sweep_id, const EnsembleRow& ensemble) = 0;
  // Removes the row of the artifact with this path, if there is one. The file stays.
  virtual void forget_artifact(const std::string& path) = 0;

  // --- Saved states of trainings that have not ended --------------------------------------------

  // By trial and replicate.
  virtual std::vector<CheckpointRow> checkpoints(std::int64_t sweep_id) = 0;

  // Removes the rows of all other trials than these. The files stay.
  virtual void keep_checkpoints(std::int64_t sweep_id,
                                const std::vector<std::uint64_t>& numbers) = 0;

  // --- The queue: trials that wait for the next run ---------------------------------------------

  // Adds trials in state `queued` with origin `enqueued` and no attempt yet, all of them or none.
  // Ignores `attempt` and `worker`.
  virtual void enqueue(std::int64_t sweep_id, std::span<const TrialStart> trials) = 0;

  // Sets these trials to `queued`, all of them or none. The next run trains them again as a further
  // attempt, with the same seed and parameters, and compares the epochs with the stored ones.
  virtual void put_back(std::int64_t sweep_id, const std::vector<std::uint64_t>& numbers) = 0;

  // --- What people say: of a trial by its number, else of the sweep as a whole -------------------
  //
  // Needs no lock: a run neither reads nor writes any of it. The trial must exist.

  // Gives these tags. What has one already keeps it, with its time.
  virtual void add_tags(std::int64_t sweep_id,
                        std::optional<std::uint64_t> trial,
                        const std::vector<std::string>& tags) = 0;
  // Takes these tags away, as far as they are there.
  virtual void remove_tags(std::int64_t sweep_id,
                           std::optional<std::uint64_t> trial,
                           const std::vector<std::string>& tags) = 0;
  // Adds a note. `instead`: and removes the earlier ones of the same trial or sweep.
  virtual void add_note(std::int64_t sweep_id,
                        std::optional<std::uint64_t> trial,
                        const std::string& text,
                        bool instead = false) = 0;
  virtual void remove_notes(std::int64_t sweep_id, std::optional<std::uint64_t> trial) = 0;
};

}  // namespace hpsearch::storage

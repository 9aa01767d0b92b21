// Writes sweeps into the database: the one narrow way by which results are kept.
//
// A Store is used by one thread at a time; while a sweep trains, that thread is the Recorder's.
// Each function that writes is one transaction, unless it says otherwise: after a crash the
// database holds all of it or nothing. Everything throws StoreError.
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

  // A new sweep in state `running` with its stages, its view "trials_<name>", the results that it
  // begins with and its first events. If there is one of this name, returns that one and changes
  // nothing.
  virtual SweepRow find_or_create_sweep(const NewSweep& sweep,
                                        const std::vector<StageRow>& stages,
                                        const search::Space& space) = 0;

  // Gives the name free: the sweep becomes `name~1` (or ~2, ...), its rows stay. Returns the new
  // name.
  virtual std::string set_aside(const SweepRow& sweep) = 0;

  // Sweeps in state `running` whose process is dead become `interrupted`, and their running trials
  // with them. One transaction a sweep, under that sweep's lock.
  virtual void interrupt_dead_sweeps() = 0;

  // Before a run trains anything: the sweep is `running` again with this configuration and host;
  // trials that a dead process left `running` become `interrupted`; trials numbered `run_cap` and
  // above become `interrupted` with reason `beyond_stop`, and those below it that once were so get
  // back what they were; test metrics, which belong to an ended sweep, go.
  struct RunStart {
    std::string config_yaml;
    std::string config_hash;
    std::string host_json;
    std::int64_t run_cap = 0;
    RunStarted event;
    // The stored epochs of unfinished trials cannot be compared with what this run will find: they
    // are deleted, and those trials start again.
    bool forget_unfinished = false;
    std::vector<std::int64_t> stage_trials = {};  // of each stage; empty: run_cap in the only one
  };
  virtual void begin_run(std::int64_t sweep_id, const RunStart& start) = 0;

  // Trials numbered `end_number` and above become `interrupted` with reason `beyond_stop`; those
  // below it that once were so get back what they were.
  virtual void cut_beyond(std::int64_t sweep_id, std::uint64_t end_number) = 0;

  // Ends a run: its state (kComplete or kInterrupted), why, and the winner's test metrics. No
  // reason: an error ended it. What the run left `running` becomes `interrupted`, with the same
  // reason.
  virtual void end_run(std::int64_t sweep_id,
                       SweepState state,
                       std::optional<StopReason> stop_reason,
                       std::optional<std::int64_t> winner,
                       const std::vector<MetricRow>& test_metrics) = 0;

  // Notes a file of a trial that has just been written. What its path, or the trial's artifact of
  // this name, stood for before is forgotten: a path belongs to one trial.
  virtual void put_artifact(std::int64_t trial_id, const ArtifactRow& artifact) = 0;

  // --- The queue: trials that wait for the next run ---------------------------------------------

  // New trials in state `queued` with origin `enqueued` and no attempt; `attempt` and `worker` of
  // the starts are not used. All of them or none.
  virtual void enqueue(std::int64_t sweep_id, std::span<const TrialStart> trials) = 0;

  // These trials become `queued`: the next run trains them again, with the same seed and parameters
  // as their next attempt, and compares their stored epochs. All of them or none.
  virtual void put_back(std::int64_t sweep_id, const std::vector<std::uint64_t>& numbers) = 0;
};

}  // namespace hpsearch::storage

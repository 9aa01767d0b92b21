// Reads sweeps for reports. Writes no rows and never blocks a run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "storage/records.h"
#include "storage/selection.h"

namespace hpsearch::storage {

// A row of the view sweep_summary.
struct SummaryRow {
  std::int64_t trials = 0;
  std::int64_t complete = 0;
  std::int64_t pruned = 0;
  std::int64_t diverged = 0;
  std::int64_t failed = 0;
  std::int64_t epochs = 0;
  double seconds = 0.0;
  std::optional<double> best;
};

// A row of the view leaderboard.
struct LeaderboardRow {
  std::int64_t rank = 0;
  std::uint64_t trial = 0;
  std::int64_t trial_id = 0;
  double value = 0.0;
  int best_epoch = 0;
  int epochs_done = 0;
  int stage = 0;
  double seconds = 0.0;
  std::uint64_t seed = 0;
  std::string params_json;
};

// For one thread. Every function throws StoreError.
class Queries {
 public:
  explicit Queries(std::filesystem::path path);
  ~Queries();

  const std::filesystem::path& path() const;

  // From now on, all queries of this object see the database as it is at this moment.
  void hold_snapshot();

  // The same for the lifetime of the snapshot. Only one at a time.
  class Snapshot {
   public:
    explicit Snapshot(Queries& queries);
    ~Snapshot();
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;

   private:
    Queries& queries_;
  };

  // Changes whenever another connection changes the database. Not valid under a snapshot.
  std::int64_t data_version();

  std::vector<std::string> sweep_names();                  // newest first
  std::vector<SweepRow> sweeps();                          // newest first
  std::optional<SweepRow> sweep(const std::string& name);  // ignores case
  std::optional<SweepRow> newest_sweep();
  // True if a living process runs the sweep. A killed one leaves the state `running` behind.
  bool is_being_run(std::int64_t sweep_id);
  std::vector<StageRow> stages(std::int64_t sweep_id);  // by stage
  SummaryRow summary(const std::string& sweep);
  std::vector<LeaderboardRow> leaderboard(const std::string& sweep, int rows);
  std::optional<LeaderboardRow> best(const std::string& sweep);
  std::vector<TrialRow> trials(std::int64_t sweep_id);  // by number
  // The same, holding one row in memory at a time. `use` may run other queries of this object.
  void for_each_trial(std::int64_t sweep_id, const std::function<void(const TrialRow&)>& use);
  std::optional<TrialRow> trial(std::int64_t sweep_id, std::uint64_t number);
  // The first and the last trial number; empty without trials.
  std::optional<std::pair<std::uint64_t, std::uint64_t>> trial_numbers(std::int64_t sweep_id);
  // The rank of a trial on the leaderboard; empty if it has none.
  std::optional<std::int64_t> rank(const std::string& sweep, std::uint64_t number);
  // The positions of a trial's parameters in their ranges, 0 to 1; only those that have one.
  std::map<std::string, double> units(std::int64_t trial_id);
  std::vector<MetricRow> metrics(std::int64_t trial_id);  // by epoch and name
  // The values of a trial's complete replicates, by replicate.
  std::vector<double> replicate_values(std::int64_t trial_id);
  std::vector<MetricRow> metric(std::int64_t trial_id, const std::string& name);  // by epoch
  // True if any trial of the sweep has this metric.
  bool has_metric(std::int64_t sweep_id, const std::string& name);
  std::vector<EventRow> events(std::int64_t sweep_id, const std::string& kind);
  // The results of an earlier sweep that this one started from, by number.
  std::vector<EarlierRow> earlier_trials(std::int64_t sweep_id);
  // By name. Empty for a database with an older schema, which is not migrated for reading.
  std::vector<ArtifactRow> artifacts(std::int64_t trial_id);

  // Throws SelectionError if the expression or a column is invalid.
  TrialTable select(const SweepRow& sweep, const Selection& selection);

  // All events of a sweep, or of one trial, oldest first.
  std::vector<LogRow> log(std::int64_t sweep_id, std::optional<std::int64_t> trial_id = {});

  // The epochs of replicate 0 of a trial, by epoch. NULL reads as NaN.
  std::vector<nn::EpochRecord> epochs(std::int64_t trial_id);
  // The best epoch of each trial of the sweep that has one, by trial_id.
  std::map<std::int64_t, nn::EpochRecord> best_epochs(std::int64_t sweep_id);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hpsearch::storage

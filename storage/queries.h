// Reads sweeps for reports. Writes no rows, never blocks a run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "storage/records.h"
#include "storage/selection.h"

namespace hpsearch::storage {

// The row of the view sweep_summary.
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

// What a complete, pruned or diverged trial found.
struct ResultRow {
  std::int64_t trial_id = 0;
  std::uint64_t number = 0;
  int stage = 0;
  search::TrialState state = search::TrialState::kComplete;
  std::string params_json;
  std::optional<double> value;
  std::optional<int> best_epoch;
};

// Used by one thread at a time. Everything throws StoreError.
class Queries {
 public:
  explicit Queries(std::filesystem::path path);
  ~Queries();

  const std::filesystem::path& path() const;

  // All that is read until this object ends shows the database as it is now.
  void hold_snapshot();

  // The same for as long as it lives. One at a time.
  class Snapshot {
   public:
    explicit Snapshot(Queries& queries);
    ~Snapshot();
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;

   private:
    Queries& queries_;
  };

  // Another number after each change of the database by anybody else. Not under a snapshot.
  std::int64_t data_version();

  std::vector<std::string> sweep_names();                  // newest first
  std::vector<SweepRow> sweeps();                          // newest first
  std::optional<SweepRow> sweep(const std::string& name);  // without regard to case
  std::optional<SweepRow> newest_sweep();
  // Does a living process run it? A killed one leaves the state `running` behind.
  bool is_being_run(std::int64_t sweep_id);
  std::vector<StageRow> stages(std::int64_t sweep_id);  // by stage
  SummaryRow summary(const std::string& sweep);
  std::vector<LeaderboardRow> leaderboard(const std::string& sweep, int rows);
  std::optional<LeaderboardRow> best(const std::string& sweep);
  std::vector<TrialRow> trials(std::int64_t sweep_id);  // by number
  // The same, one at a time: memory for one. `use` may ask this object other things.
  void for_each_trial(std::int64_t sweep_id, const std::function<void(const TrialRow&)>& use);
  std::optional<TrialRow> trial(std::int64_t sweep_id, std::uint64_t number);
  // The first and the last number that a trial has.
  std::optional<std::pair<std::uint64_t, std::uint64_t>> trial_numbers(std::int64_t sweep_id);
  // Where the trial stands on the leaderboard; empty where it does not.
  std::optional<std::int64_t> rank(const std::string& sweep, std::uint64_t number);
  // The places of a trial's parameters in their ranges; without those that have none.
  std::map<std::string, double> units(std::int64_t trial_id);
  std::vector<MetricRow> metrics(std::int64_t trial_id);  // by epoch and name
  // Of a trial's complete replicates their values, by replicate.
  std::vector<double> replicate_values(std::int64_t trial_id);
  std::vector<MetricRow> metric(std::int64_t trial_id, const std::string& name);  // by epoch
  // Has any trial of the sweep this metric?
  bool has_metric(std::int64_t sweep_id, const std::string& name);
  std::vector<EventRow> events(std::int64_t sweep_id, const std::string& kind);
  // The results of an earlier sweep that this one began with, by number.
  std::vector<EarlierRow> earlier_trials(std::int64_t sweep_id);
  // By name. None in a database of an older schema, which nobody has written to since.
  std::vector<ArtifactRow> artifacts(std::int64_t trial_id);

  // Throws SelectionError where the selection is not one that can be made.
  TrialTable select(const SweepRow& sweep, const Selection& selection);

  // All events of a sweep, or of one trial, oldest first.
  std::vector<LogRow> log(std::int64_t sweep_id, std::optional<std::int64_t> trial_id = {});

  // The epochs of a trial's replicate 0, by epoch. NULL reads as NaN.
  std::vector<nn::EpochRecord> epochs(std::int64_t trial_id);
  // By trial_id, the best epoch of each trial of the sweep that has one.
  std::map<std::int64_t, nn::EpochRecord> best_epochs(std::int64_t sweep_id);

  // The complete, pruned and diverged trials by number, each with its epochs(). Holds one trial in
  // memory, and takes a third of the time that trials() and epochs() take for large sweeps.
  using UseResult = std::function<void(const ResultRow&, std::span<const nn::EpochRecord>)>;
  void for_each_result(std::int64_t sweep_id, const UseResult& use);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hpsearch::storage

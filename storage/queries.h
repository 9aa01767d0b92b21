// Reads sweeps for reports. Writes no rows and never blocks a run.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "storage/reader.h"
#include "storage/remarks.h"
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
  std::int64_t violating = 0;  // complete trials that violate constraints on results
};

// A row of the view leaderboard.
struct LeaderboardRow {
  std::int64_t rank = 0;
  std::uint64_t trial = 0;
  std::int64_t trial_id = 0;
  double value = 0.0;
  int best_epoch = 0;   // 0 for a trial of several trainings, each of which has its own
  int epochs_done = 0;  // of all its trainings
  int stage = 0;
  double seconds = 0.0;
  std::uint64_t seed = 0;
  std::string params_json;
  std::int64_t replicates = 1;                // the trainings whose mean is the value
  std::optional<double> deviation = {};       // of their values, with n - 1; of several
  std::optional<double> standard_error = {};  // of the mean, likewise
  double violation = 0.0;                     // TrialRow::violation
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
  bool in_folds = false;  // its result is that of several trainings (replicates())
};

// Trials by number: from `first` up to, but without, `end`.
struct NumberRange {
  std::uint64_t first = 0;
  std::uint64_t end = std::numeric_limits<std::int64_t>::max();
};

// Used by one thread at a time. Every function throws StoreError.
class Queries : public Reader {
 public:
  // All that is read from now on shows the database as it is now, until release_snapshot() or the
  // end of this object.
  virtual void hold_snapshot() = 0;
  virtual void release_snapshot() noexcept = 0;

  // Holds one for its lifetime. Only one at a time.
  class Snapshot {
   public:
    explicit Snapshot(Queries& queries) : queries_(queries) { queries_.hold_snapshot(); }
    ~Snapshot() { queries_.release_snapshot(); }
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;

   private:
    Queries& queries_;
  };

  // Changes whenever another connection changes the database. Not valid under a snapshot.
  virtual std::int64_t data_version() = 0;

  virtual std::vector<std::string> sweep_names() = 0;                  // newest first
  virtual std::vector<SweepRow> sweeps() = 0;                          // newest first
  virtual std::optional<SweepRow> sweep(const std::string& name) = 0;  // ignores case
  // Among those that are not archived, if there are any.
  virtual std::optional<SweepRow> newest_sweep() = 0;
  // True if a living process runs the sweep. A killed one leaves the state kRunning behind.
  virtual bool is_being_run(std::int64_t sweep_id) = 0;
  virtual SummaryRow summary(const std::string& sweep) = 0;
  virtual std::vector<LeaderboardRow> leaderboard(const std::string& sweep, int rows) = 0;
  virtual std::optional<LeaderboardRow> best(const std::string& sweep) = 0;
  // All trials by number, holding one row in memory at a time. `use` may run other queries of this
  // object.
  virtual void for_each_trial(std::int64_t sweep_id,
                              const std::function<void(const TrialRow&)>& use) = 0;
  virtual std::optional<TrialRow> trial(std::int64_t sweep_id, std::uint64_t number) = 0;
  // The first and the last trial number; empty without trials.
  virtual std::optional<std::pair<std::uint64_t, std::uint64_t>> trial_numbers(
      std::int64_t sweep_id) = 0;
  // The rank of a trial on the leaderboard; empty if it has none.
  virtual std::optional<std::int64_t> rank(const std::string& sweep, std::uint64_t number) = 0;
  // The positions of a trial's parameters in their ranges, 0 to 1; only those that have one.
  virtual std::map<std::string, double> units(std::int64_t trial_id) = 0;
  virtual std::vector<MetricRow> metrics(TrainingId training) = 0;  // by epoch and name
  // True if any trial of the sweep has this metric.
  virtual bool has_metric(std::int64_t sweep_id, const std::string& name) = 0;
  // The values of a trial's complete replicates, by replicate.
  virtual std::vector<double> replicate_values(std::int64_t trial_id) = 0;
  // Of an ended sweep that has one. Empty for a database with an older schema.
  virtual std::optional<EnsembleRow> ensemble(std::int64_t sweep_id) = 0;
  // By name. Empty for a database with an older schema, which is not migrated for reading.
  virtual std::vector<ArtifactRow> artifacts(std::int64_t trial_id) = 0;

  // What people have said about the sweep and its trials. Empty for a database with an older
  // schema.
  virtual Remarks remarks(std::int64_t sweep_id) = 0;

  // Throws SelectionError if the expression or a column is invalid.
  virtual TrialTable select(const SweepRow& sweep, const Selection& selection) = 0;

  // All events of a sweep, or of one trial, oldest first.
  virtual std::vector<LogRow> log(std::int64_t sweep_id,
                                  std::optional<std::int64_t> trial_id = {}) = 0;
  // The newest `most` events of a sweep, oldest first. Takes no longer where there are many.
  virtual std::vector<LogRow> last_events(std::int64_t sweep_id, int most) = 0;

  // The best epoch of each trial that has one, with the trial's number, by number. Of a trial in
  // folds that has a value, the means over its folds' best epochs, and epoch 0.
  using BestEpochs = std::vector<std::pair<std::uint64_t, nn::EpochRecord>>;
  virtual BestEpochs best_epochs(std::int64_t sweep_id, NumberRange numbers = {}) = 0;

  // The complete, pruned and diverged trials by number, each with the epochs of its replicate 0.
  // Holds one trial in memory, and takes a third of the time that trials() and epochs() take for
  // large sweeps.
  using UseResult = std::function<void(const ResultRow&, std::span<const nn::EpochRecord>)>;
  virtual void for_each_result(std::int64_t sweep_id,
                               const UseResult& use,
                               NumberRange numbers = {}) = 0;

  // --- For those who follow a sweep that grows ---

  // The same trials as above, of these numbers.
  virtual void for_each_trial(std::int64_t sweep_id,
                              NumberRange numbers,
                              const std::function<void(const TrialRow&)>& use) = 0;
  // Stays the same as long as the rows of these trials do, if none of them waits or is training:
  // whoever has read them need not read them again. Takes time for an index, not for the rows.
  virtual std::string settled_mark(std::int64_t sweep_id, NumberRange numbers) = 0;
};

}  // namespace hpsearch::storage

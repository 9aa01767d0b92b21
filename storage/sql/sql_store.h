// A Store on a database that speaks SQL. Internal to storage.
//
// Its sources: sql_store.cpp (sweeps between runs), store_runs.cpp (where runs begin and end),
// store_queue.cpp, store_remarks.cpp, store_removal.cpp, store_checkpoints.cpp, store_batch.cpp
// (what a run writes while it trains), store_claims.cpp (for processes that share a sweep),
// row_writer.cpp (copies).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "storage/claims.h"
#include "storage/row_transfer.h"
#include "storage/sql/sql_reader.h"
#include "storage/store.h"

namespace hpsearch::storage {

class Fence;

class SqlStore final : public SqlReader<Store>, public RowTarget {
 public:
  SqlStore(std::filesystem::path path, std::string tool_version, std::unique_ptr<Session> session);

  void commit(std::int64_t sweep_id,
              std::span<const Entry> batch,
              double active_seconds = 0.0) override;
  void make_durable() override;

  std::optional<SweepRow> find_sweep(const std::string& name) override;
  SweepRow find_or_create_sweep(const NewSweep& sweep,
                                const std::vector<StageRow>& stages,
                                const search::Space& space) override;
  std::string set_aside(const SweepRow& sweep) override;
  void remove_sweep(std::int64_t sweep_id) override;
  void release_space() override;
  void archive(std::int64_t sweep_id, bool archived) override;
  void interrupt_dead_sweeps() override;
  void begin_run(std::int64_t sweep_id, const RunStart& start) override;
  void cut_beyond(std::int64_t sweep_id, std::uint64_t end_number) override;
  void end_run(std::int64_t sweep_id,
               SweepState state,
               std::optional<StopReason> stop_reason,
               std::optional<std::int64_t> winner,
               const std::vector<MetricRow>& test_metrics) override;
  void put_artifact(std::int64_t trial_id, const ArtifactRow& artifact) override;
  void put_ensemble(std::int64_t sweep_id, const EnsembleRow& ensemble) override;
  void forget_artifact(const std::string& path) override;
  std::vector<CheckpointRow> checkpoints(std::int64_t sweep_id) override;
  void keep_checkpoints(std::int64_t sweep_id, const std::vector<std::uint64_t>& numbers) override;
  void enqueue(std::int64_t sweep_id, std::span<const TrialStart> trials) override;
  void put_back(std::int64_t sweep_id, const std::vector<std::uint64_t>& numbers) override;
  void add_tags(std::int64_t sweep_id,
                std::optional<std::uint64_t> trial,
                const std::vector<std::string>& tags) override;
  void remove_tags(std::int64_t sweep_id,
                   std::optional<std::uint64_t> trial,
                   const std::vector<std::string>& tags) override;
  void add_note(std::int64_t sweep_id,
                std::optional<std::uint64_t> trial,
                const std::string& text,
                bool instead) override;
  void remove_notes(std::int64_t sweep_id, std::optional<std::uint64_t> trial) override;
  void import(const std::function<void(RowWriter& writer)>& work) override;

  // --- For processes that share a sweep ---------------------------------------------------------

  // commit() drops entries that the fence does not admit. It must outlive this object.
  void set_fence(Fence* fence) { fence_ = fence; }
  // As Claims::claim(), in a transaction that asks: may this process claim anything, and is the
  // trial of this row free?
  std::optional<Claimed> claim(std::int64_t sweep_id,
                               const ClaimRequest& request,
                               const std::function<bool()>& admitted,
                               const std::function<bool(const TrialRow&)>& is_free);
  // The trial becomes `interrupted`, if that worker still trains this attempt of it.
  void give_back(const TrialRow& row, const std::string& reason);
  std::optional<TrialRow> trial(std::int64_t sweep_id, std::uint64_t number);
  std::vector<TrialRow> running_trials(std::int64_t sweep_id);  // by number
  std::int64_t runs_ended(std::int64_t sweep_id);               // how many have
  void hold_snapshot();
  void release_snapshot() noexcept { snapshot_.reset(); }
  // Changes whenever another connection changes the database.
  std::int64_t data_version();

 private:
  // Statements are prepared once: an epoch is worth microseconds, preparing one costs as much. They
  // are known by the addresses of their texts, hence literals only.
  template <std::size_t kSize>
  Statement& prepare(const char (&sql)[kSize]) {
    auto it = prepared_.find(sql);
    if (it == prepared_.end()) {
      it = prepared_.emplace(sql, Statement(*db_, sql)).first;
    }
    it->second.reset();
    it->second.clear();
    return it->second;
  }

  // --- Parts of a transaction -------------------------------------------------------------------

  std::optional<SweepRow> select_sweep(const std::string& name);
  // Throws StoreError where the trial has no row.
  std::int64_t trial_id(std::int64_t sweep_id, std::uint64_t number);

  void insert_stage(std::int64_t sweep_id, const StageRow& stage);
  void insert_earlier(std::int64_t sweep_id, const std::vector<EarlierRow>& rows);
  void insert_event(std::int64_t sweep_id,
                    std::optional<std::int64_t> trial_id,
                    const EventRow& event);
  // The parameters of a trial's first row; they stay as they are in later attempts.
  void insert_params(std::int64_t trial_id, const TrialStart& start);
  // A training's first row, or its next attempt.
  void insert_replicate(TrainingId training, std::uint64_t seed, std::optional<int> fold);
  void end_replicate(TrainingId training,
                     const std::string& state,
                     std::optional<double> value,
                     int best_epoch,
                     int epochs_done,
                     double seconds);
  // Of one training; without a replicate of all that the trial has.
  void forget_checkpoint(std::int64_t trial_id, std::optional<int> replicate);
  void forget_ensemble(std::int64_t sweep_id);
  void write_verdict(std::int64_t sweep_id,
                     std::int64_t trial_id,
                     const TrialEnd::Verdict& verdict);
  // Of the values behind a mean; without values there is none.
  void write_spread(std::int64_t trial_id, const std::vector<double>& values);
  // Repeated trials get back the result of their first training; their replicates stay.
  void forget_means(std::int64_t sweep_id);
  // The epochs of repeats that are not complete.
  void forget_unfinished_repeats(std::int64_t sweep_id);
  // Runs `work` in a transaction, if the sweep has the trial.
  void change_remarks(std::int64_t sweep_id,
                      std::optional<std::uint64_t> trial,
                      const std::function<void()>& work);
  void delete_notes(std::int64_t sweep_id, std::optional<std::uint64_t> trial);
  void insert_queued(std::int64_t sweep_id, const TrialStart& trial);
  std::optional<TrialRow> select_trial(std::int64_t sweep_id, std::uint64_t number);
  // Until the end of the transaction nobody else writes this row, where others write at all.
  void lock_trial(std::int64_t sweep_id, std::uint64_t number);
  bool has_begun(std::int64_t sweep_id, int stage);
  // All that the trial's attempts have stored.
  void forget_trainings(std::int64_t trial_id);
  // Is the entry one that must not be written?
  bool is_fenced(std::int64_t sweep_id, const Entry& entry);

  // What is `running` becomes `interrupted`.
  void interrupt_running(std::int64_t sweep_id, const std::optional<std::string>& reason);
  void interrupt_dead_sweep(std::int64_t sweep_id, const std::string& name);
  void forget_unfinished(std::int64_t sweep_id);
  // Trials that a limit cuts off, and trials that a raised limit brings back.
  void apply_run_cap(std::int64_t sweep_id, std::int64_t run_cap);

  // What a batch writes at its end: rows of metrics are many and small, and cost half as much where
  // a statement writes several.
  struct Gathered {
    struct Metric {
      TrainingId training;
      int epoch;
      std::string name;
      double value;
    };
    std::vector<Metric> metrics;
    std::map<std::pair<std::int64_t, int>, int> epochs_done;  // by trial_id and replicate
  };
  static std::vector<Gathered::Metric> latest(std::vector<Gathered::Metric> metrics);
  void write_columns(const TrainingId& training, const nn::EpochRecord& record);
  void write(std::int64_t sweep_id, const StageEntry& entry, Gathered& gathered);
  void write(std::int64_t sweep_id, const TrialStart& start, Gathered& gathered);
  void write(std::int64_t sweep_id, const ReplicateStart& start, Gathered& gathered);
  void write(std::int64_t sweep_id, const EpochEntry& entry, Gathered& gathered);
  void write(std::int64_t sweep_id, const ReplicateEnd& end, Gathered& gathered);
  void write(std::int64_t sweep_id, const TrialEnd& end, Gathered& gathered);
  void write(std::int64_t sweep_id, const EventEntry& entry, Gathered& gathered);
  void write(std::int64_t sweep_id, const CheckpointEntry& entry, Gathered& gathered);
  void write(const Gathered& gathered);

  std::string tool_version_;
  std::unordered_map<const char*, Statement> prepared_;  // before the database closes
  std::optional<Statement> select_trial_;                // likewise
  std::optional<Transaction> snapshot_;                  // likewise
  Fence* fence_ = nullptr;
  // Of the trials that this object has started and not ended: their trial_id, by sweep and number.
  std::map<std::pair<std::int64_t, std::uint64_t>, std::int64_t> running_;
};

}  // namespace hpsearch::storage

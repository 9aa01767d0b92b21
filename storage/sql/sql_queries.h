// Queries on a database that speaks SQL. Internal to storage.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "storage/queries.h"
#include "storage/row_transfer.h"
#include "storage/sql/sql_reader.h"

namespace hpsearch::storage {

class SqlQueries final : public SqlReader<Queries>, public RowSource {
 public:
  SqlQueries(std::filesystem::path path, std::unique_ptr<Session> session)
      : SqlReader(std::move(path), std::move(session)) {}

  void hold_snapshot() override;
  void release_snapshot() noexcept override;
  std::int64_t data_version() override;

  std::vector<std::string> sweep_names() override;
  std::vector<SweepRow> sweeps() override;
  std::optional<SweepRow> sweep(const std::string& name) override;
  std::optional<SweepRow> newest_sweep() override;
  bool is_being_run(std::int64_t sweep_id) override;
  SummaryRow summary(const std::string& sweep) override;
  std::vector<LeaderboardRow> leaderboard(const std::string& sweep, int rows) override;
  std::optional<LeaderboardRow> best(const std::string& sweep) override;
  void for_each_trial(std::int64_t sweep_id,
                      const std::function<void(const TrialRow&)>& use) override;
  std::optional<TrialRow> trial(std::int64_t sweep_id, std::uint64_t number) override;
  std::optional<std::pair<std::uint64_t, std::uint64_t>> trial_numbers(
      std::int64_t sweep_id) override;
  std::optional<std::int64_t> rank(const std::string& sweep, std::uint64_t number) override;
  std::map<std::string, double> units(std::int64_t trial_id) override;
  std::vector<MetricRow> metrics(TrainingId training) override;
  bool has_metric(std::int64_t sweep_id, const std::string& name) override;
  std::optional<EnsembleRow> ensemble(std::int64_t sweep_id) override;
  std::vector<double> replicate_values(std::int64_t trial_id) override;
  std::vector<ArtifactRow> artifacts(std::int64_t trial_id) override;
  Remarks remarks(std::int64_t sweep_id) override;
  TrialTable select(const SweepRow& sweep, const Selection& selection) override;
  std::vector<LogRow> log(std::int64_t sweep_id,
                          std::optional<std::int64_t> trial_id = {}) override;
  std::vector<LogRow> last_events(std::int64_t sweep_id, int most) override;
  BestEpochs best_epochs(std::int64_t sweep_id, NumberRange numbers) override;
  void for_each_result(std::int64_t sweep_id, const UseResult& use, NumberRange numbers) override;
  void for_each_trial(std::int64_t sweep_id,
                      NumberRange numbers,
                      const std::function<void(const TrialRow&)>& use) override;
  std::string settled_mark(std::int64_t sweep_id, NumberRange numbers) override;
  void for_each_row(const SweepTable& table, std::int64_t sweep_id, const UseRow& use) override;

 private:
  std::string sweep_columns();
  std::string further_columns();
  template <class Bind, class Read>
  auto rows(const std::string& sql, Bind bind, Read read);
  template <class Bind, class Read>
  auto first(const std::string& sql, Bind bind, Read read);

  std::optional<Transaction> snapshot_;
};

}  // namespace hpsearch::storage

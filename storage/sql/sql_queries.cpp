#include "storage/sql/sql_queries.h"

#include <utility>

#include <fmt/format.h>

#include "storage/sql/select_ensemble.h"
#include "storage/sql/select_log.h"
#include "storage/sql/select_remarks.h"

namespace hpsearch::storage {
namespace {

LeaderboardRow read_rank(Statement& s) {
  LeaderboardRow row{s.column(0).int64(),
                     trial_number(s.column(1)),
                     s.column(2).int64(),
                     real(s.column(3)),
                     whole_int_or_null(s.column(4), 0, kMaxEpoch).value_or(0),
                     whole_int(s.column(5), 0, kMaxEpoch),
                     whole_int(s.column(6), 0, kMaxStage),
                     real_or_null(s.column(7)).value_or(0.0),
                     static_cast<std::uint64_t>(whole(s.column(8), 0, kMaxNumber)),
                     s.column(9).text()};
  if (s.column_count() > 10) {
    row.replicates = whole(s.column(10), 1, kMaxReplicate);
    row.deviation = real_or_null(s.column(11));
    row.standard_error = real_or_null(s.column(12));
  }
  if (s.column_count() > 13) {
    row.violation = real(s.column(13));
  }
  return row;
}

void bind_range(Statement& s, int index, NumberRange numbers) {
  bind_unsigned(s, index, numbers.first);
  bind_unsigned(s, index + 1, numbers.end);
}

constexpr char kRankColumns[] =
    "rank, trial, trial_id, value, best_epoch, epochs_done, stage, seconds, seed, params_json";

}  // namespace

// Runs the query and gives each row to `read`.
template <class Bind, class Read>
auto SqlQueries::rows(const std::string& sql, Bind bind, Read read) {
  db_->begin_query();
  return guarded(*db_, [&] {
    std::vector<decltype(read(std::declval<Statement&>()))> result;
    Statement s(*db_, sql);
    bind(s);
    while (s.step()) {
      result.push_back(read(s));
    }
    return result;
  });
}

template <class Bind, class Read>
auto SqlQueries::first(const std::string& sql, Bind bind, Read read) {
  auto all = rows(sql, bind, read);
  return all.empty() ? std::nullopt : std::optional(std::move(all.front()));
}

void SqlQueries::hold_snapshot() {
  if (!db_->holds_snapshots()) {
    return;
  }
  guarded(*db_, [&] {
    try {
      snapshot_.emplace(*db_, Transaction::Kind::kSnapshot);
      Statement(*db_, "SELECT COUNT(*) FROM sweeps").step();  // the first read fixes the snapshot
    } catch (...) {
      snapshot_.reset();
      throw;
    }
  });
}

void SqlQueries::release_snapshot() noexcept {
  snapshot_.reset();  // nothing was written
}

std::int64_t SqlQueries::data_version() {
  return guarded(*db_, [&] { return db_->data_version(); });
}

std::string SqlQueries::sweep_columns() {
  return guarded(*db_, [&] { return storage::sweep_columns(*db_); });
}

std::vector<std::string> SqlQueries::sweep_names() {
  return rows(
      "SELECT name FROM sweeps ORDER BY sweep_id DESC", [](auto&) {},
      [](auto& s) { return s.column(0).text(); });
}

std::vector<SweepRow> SqlQueries::sweeps() {
  return rows(
      fmt::format("SELECT {} FROM sweeps ORDER BY sweep_id DESC", sweep_columns()), [](auto&) {},
      read_sweep);
}

std::optional<SweepRow> SqlQueries::sweep(const std::string& name) {
  return first(
      fmt::format("SELECT {} FROM sweeps WHERE {}", sweep_columns(),
                  db_->dialect().same_name("name")),
      [&](auto& s) { s.bind(1, name); }, read_sweep);
}

std::optional<SweepRow> SqlQueries::newest_sweep() {
  return first(
      fmt::format("SELECT {} FROM sweeps ORDER BY archived_at IS NOT NULL, sweep_id DESC "
                  "LIMIT 1",
                  sweep_columns()),
      [](auto&) {}, read_sweep);
}

bool SqlQueries::is_being_run(std::int64_t sweep_id) {
  return guarded(*db_, [&] { return db_->is_being_run(sweep_id); });
}

SummaryRow SqlQueries::summary(const std::string& sweep) {
  const std::string violating =
      guarded(*db_, [&] { return knows_results(*db_); })
          ? "(SELECT COUNT(*) FROM trials t JOIN sweeps s USING(sweep_id) WHERE s.name = ?1 AND "
            "t.state = 'complete' AND t.violation > 0)"
          : "0";
  return first(
             fmt::format("SELECT trials, complete, pruned, diverged, failed, epochs, seconds, "
                         "best, {} FROM sweep_summary WHERE sweep = ?1",
                         violating),
             [&](auto& s) { s.bind(1, sweep); },
             [](auto& s) {
               return SummaryRow{
                   s.column(0).int64(), s.column(1).int64(),       s.column(2).int64(),
                   s.column(3).int64(), s.column(4).int64(),       s.column(5).int64(),
                   real(s.column(6)),   real_or_null(s.column(7)), s.column(8).int64()};
             })
      .value_or(SummaryRow{});
}

// What the views of the schema have behind kRankColumns: an older one knows no spread, or no
// violation.
std::string SqlQueries::further_columns() {
  return guarded(*db_, [&]() -> std::string {
    return knows_results(*db_)            ? ", replicates, deviation, standard_error, violation"
           : db_->table_exists("spreads") ? ", replicates, deviation, standard_error"
                                          : "";
  });
}

// The rows of the view of that name, which ranks all trials even if it is asked for one of them.
// These come out of the index ranked_trials in their order.
std::vector<LeaderboardRow> SqlQueries::leaderboard(const std::string& sweep, int most) {
  const std::string further = further_columns();
  const bool violations = further.ends_with("violation");
  auto board = rows(
      fmt::format(
          "SELECT 0, t.number, t.trial_id, t.value, t.best_epoch, t.epochs_done, t.stage, "
          "t.seconds, t.seed, t.params_json{} FROM sweeps s JOIN trials t ON t.sweep_id = "
          "s.sweep_id AND t.state = 'complete' AND t.stage = (SELECT MAX(x.stage) FROM trials x "
          "WHERE x.sweep_id = s.sweep_id AND x.state = 'complete'){} WHERE s.name = ? AND t.score "
          "IS NOT NULL ORDER BY {}t.best_epoch IS NOT NULL, t.score, t.number LIMIT ?",
          further.empty() ? ""
          : violations ? ", COALESCE(d.replicates, 1), d.deviation, d.standard_error, t.violation"
                       : ", COALESCE(d.replicates, 1), d.deviation, d.standard_error",
          further.empty() ? "" : " LEFT JOIN spreads d ON d.trial_id = t.trial_id",
          violations ? "t.violation, " : ""),
      [&](auto& s) {
        s.bind(1, sweep);
        s.bind(2, most);
      },
      read_rank);
  for (std::size_t i = 0; i < board.size(); ++i) {
    board[i].rank = static_cast<std::int64_t>(i) + 1;
  }
  return board;
}

std::optional<LeaderboardRow> SqlQueries::best(const std::string& sweep) {
  return first(
      fmt::format("SELECT {}{} FROM best_trials WHERE sweep = ?", kRankColumns, further_columns()),
      [&](auto& s) { s.bind(1, sweep); }, read_rank);
}

void SqlQueries::for_each_trial(std::int64_t sweep_id,
                                const std::function<void(const TrialRow&)>& use) {
  for_each_trial(sweep_id, {}, use);
}

void SqlQueries::for_each_trial(std::int64_t sweep_id,
                                NumberRange numbers,
                                const std::function<void(const TrialRow&)>& use) {
  db_->begin_query();
  guarded_once(*db_, [&] {
    Statement s(*db_, fmt::format("SELECT {} FROM trials WHERE sweep_id = ? AND number >= "
                                  "? AND number < ? ORDER BY number",
                                  trial_columns(*db_)));
    s.bind(1, sweep_id);
    bind_range(s, 2, numbers);
    while (s.step()) {
      use(read_trial(s));
    }
  });
}

std::string SqlQueries::settled_mark(std::int64_t sweep_id, NumberRange numbers) {
  // Nothing that this program does changes a settled trial without one of these events. The sums
  // see what others do with SQL; all their columns are in the index ranked_trials, which the plus
  // makes SQLite take.
  const bool postgres = db_->dialect().postgres;
  return first(
             fmt::format(
                 "SELECT COUNT(*), COALESCE(SUM(score), 0.0), COALESCE(SUM((number + 1.0) * {}"
                 "(state)), 0.0), COALESCE(SUM(stage + 0.0), 0.0), "
                 "(SELECT COUNT(*) || '/' || MAX(event_id) FROM events WHERE sweep_id = ?1 AND "
                 "kind IN ('run_started', 'resumed', 'retried', 'beyond_stop', 'repeated')) "
                 "FROM trials WHERE sweep_id = ?1 AND {} >= ?2 AND {} < ?3",
                 postgres ? "ascii" : "unicode", db_->dialect().unindexed("number"),
                 db_->dialect().unindexed("number")),
             [&](auto& s) {
               s.bind(1, sweep_id);
               bind_range(s, 2, numbers);
             },
             [](auto& s) {
               return fmt::format("{} {} {} {} {}", s.column(0).int64(), s.column(1).number(),
                                  s.column(2).number(), s.column(3).number(), s.column(4).text());
             })
      .value();
}

std::optional<TrialRow> SqlQueries::trial(std::int64_t sweep_id, std::uint64_t number) {
  return first(
      fmt::format("SELECT {} FROM trials WHERE sweep_id = ? AND number = ?",
                  guarded(*db_, [&] { return trial_columns(*db_); })),
      [&](auto& s) {
        s.bind(1, sweep_id);
        bind_unsigned(s, 2, number);
      },
      read_trial);
}

std::optional<std::pair<std::uint64_t, std::uint64_t>> SqlQueries::trial_numbers(
    std::int64_t sweep_id) {
  return first(
      "SELECT MIN(number), MAX(number) FROM trials WHERE sweep_id = ? HAVING COUNT(*) > 0",
      [&](auto& s) { s.bind(1, sweep_id); },
      [](auto& s) { return std::pair(trial_number(s.column(0)), trial_number(s.column(1))); });
}

std::optional<std::int64_t> SqlQueries::rank(const std::string& sweep, std::uint64_t number) {
  return first(
      "SELECT rank FROM leaderboard WHERE sweep = ? AND trial = ?",
      [&](auto& s) {
        s.bind(1, sweep);
        bind_unsigned(s, 2, number);
      },
      [](auto& s) { return s.column(0).int64(); });
}

std::map<std::string, double> SqlQueries::units(std::int64_t trial_id) {
  const auto all = rows(
      "SELECT name, unit FROM params WHERE trial_id = ? AND unit IS NOT NULL",
      [&](auto& s) { s.bind(1, trial_id); },
      [](auto& s) { return std::pair(s.column(0).text(), real(s.column(1))); });
  return {all.begin(), all.end()};
}

std::optional<EnsembleRow> SqlQueries::ensemble(std::int64_t sweep_id) {
  db_->begin_query();
  return guarded(*db_, [&] { return select_ensemble(*db_, sweep_id); });
}

std::vector<double> SqlQueries::replicate_values(std::int64_t trial_id) {
  return rows(
      "SELECT value FROM replicates WHERE trial_id = ? AND state = 'complete' AND value IS NOT "
      "NULL ORDER BY replicate",
      [&](auto& s) { s.bind(1, trial_id); }, [](auto& s) { return real(s.column(0)); });
}

TrialTable SqlQueries::select(const SweepRow& sweep, const Selection& selection) {
  db_->begin_query();
  return guarded(*db_, [&] { return db_->select(sweep.name, sweep.metric, selection); });
}

std::vector<LogRow> SqlQueries::log(std::int64_t sweep_id, std::optional<std::int64_t> trial_id) {
  db_->begin_query();
  return guarded(*db_, [&] { return select_log(*db_, sweep_id, trial_id); });
}

std::vector<LogRow> SqlQueries::last_events(std::int64_t sweep_id, int most) {
  db_->begin_query();
  return guarded(*db_, [&] { return select_last_events(*db_, sweep_id, most); });
}

std::vector<MetricRow> SqlQueries::metrics(TrainingId training) {
  return rows(
      "SELECT epoch, name, value FROM metrics WHERE trial_id = ? AND replicate = ? ORDER BY epoch, "
      "name",
      [&](auto& s) {
        s.bind(1, training.trial_id);
        s.bind(2, training.replicate);
      },
      read_metric);
}

bool SqlQueries::has_metric(std::int64_t sweep_id, const std::string& name) {
  return first(
             "SELECT 1 FROM trials t JOIN metrics m ON m.trial_id = t.trial_id AND m.name = ? "
             "WHERE t.sweep_id = ? LIMIT 1",
             [&](auto& s) {
               s.bind(1, name);
               s.bind(2, sweep_id);
             },
             [](auto& s) { return s.column(0).int64(); })
      .has_value();
}

std::vector<ArtifactRow> SqlQueries::artifacts(std::int64_t trial_id) {
  if (!guarded(*db_, [&] { return db_->table_exists("artifacts"); })) {
    return {};
  }
  return rows(
      "SELECT name, path, bytes, sha256 FROM artifacts WHERE trial_id = ? ORDER BY name",
      [&](auto& s) { s.bind(1, trial_id); },
      [](auto& s) {
        return ArtifactRow{s.column(0).text(), s.column(1).text(),
                           static_cast<std::uint64_t>(whole(s.column(2), 0, kMaxCount)),
                           s.column(3).text()};
      });
}

Remarks SqlQueries::remarks(std::int64_t sweep_id) {
  db_->begin_query();
  return guarded(*db_, [&] { return select_remarks(*db_, sweep_id); });
}

Queries::BestEpochs SqlQueries::best_epochs(std::int64_t sweep_id, NumberRange numbers) {
  db_->begin_query();
  return guarded(*db_, [&] { return read_best_epochs(*db_, sweep_id, numbers); });
}

void SqlQueries::for_each_result(std::int64_t sweep_id, const UseResult& use, NumberRange numbers) {
  db_->begin_query();
  guarded_once(*db_, [&] {
    // An index by state would have to be sorted.
    Statement trials(
        *db_,
        fmt::format(
            "SELECT trial_id, number, stage, state, params_json, value, best_epoch, "
            "EXISTS (SELECT 1 FROM replicates r WHERE r.trial_id = t.trial_id AND (r.replicate = 0 "
            "AND r.fold IS NOT NULL OR r.replicate = 1 AND t.best_epoch IS NULL)) "
            "FROM trials t WHERE "
            "sweep_id = ? AND number >= ? AND number < ? AND {} IN ('complete', 'pruned', "
            "'diverged') ORDER BY number",
            db_->dialect().unindexed("state")));
    trials.bind(1, sweep_id);
    bind_range(trials, 2, numbers);
    EpochReader reader(*db_);
    ResultRow row;
    while (trials.step()) {
      db_->begin_query();  // it bounds a statement, and a sweep has one for the epochs of each
                           // trial
      row.trial_id = trials.column(0).int64();
      row.number = trial_number(trials.column(1));
      row.stage = whole_int(trials.column(2), 0, kMaxStage);
      row.state = *search::trial_state(trials.column(3).text());
      row.params_json = trials.column(4).text();
      row.value = real_or_null(trials.column(5));
      row.best_epoch = whole_int_or_null(trials.column(6), 0, kMaxEpoch);
      row.in_folds = trials.column(7).int64() != 0;
      use(row, reader.epochs({row.trial_id}));
    }
  });
}

}  // namespace hpsearch::storage

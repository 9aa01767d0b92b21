#include "storage/sqlite/sqlite_queries.h"

#include <utility>

#include <fmt/format.h>

#include "storage/sqlite/select_ensemble.h"
#include "storage/sqlite/select_log.h"
#include "storage/sqlite/select_remarks.h"
#include "storage/sqlite/select_rows.h"
#include "storage/sweep_lock.h"

namespace hpsearch::storage {
namespace {

LeaderboardRow read_rank(SQLite::Statement& s) {
  LeaderboardRow row{s.getColumn(0).getInt64(),
                     trial_number(s.getColumn(1)),
                     s.getColumn(2).getInt64(),
                     real(s.getColumn(3)),
                     whole_int_or_null(s.getColumn(4), 0, kMaxEpoch).value_or(0),
                     whole_int(s.getColumn(5), 0, kMaxEpoch),
                     whole_int(s.getColumn(6), 0, kMaxStage),
                     real_or_null(s.getColumn(7)).value_or(0.0),
                     static_cast<std::uint64_t>(whole(s.getColumn(8), 0, kMaxNumber)),
                     s.getColumn(9).getString()};
  if (s.getColumnCount() > 10) {
    row.replicates = whole(s.getColumn(10), 1, kMaxReplicate);
    row.deviation = real_or_null(s.getColumn(11));
    row.standard_error = real_or_null(s.getColumn(12));
  }
  if (s.getColumnCount() > 13) {
    row.violation = real(s.getColumn(13));
  }
  return row;
}

void bind_range(SQLite::Statement& s, int index, NumberRange numbers) {
  bind_unsigned(s, index, numbers.first);
  bind_unsigned(s, index + 1, numbers.end);
}

constexpr char kRankColumns[] =
    "rank, trial, trial_id, value, best_epoch, epochs_done, stage, seconds, seed, params_json";

}  // namespace

// Runs the query and gives each row to `read`.
template <class Bind, class Read>
auto SqliteQueries::rows(const std::string& sql, Bind bind, Read read) {
  limit_.reset();
  return guarded(path_, [&] {
    std::vector<decltype(read(std::declval<SQLite::Statement&>()))> result;
    SQLite::Statement s(*db_, sql);
    bind(s);
    while (s.executeStep()) {
      result.push_back(read(s));
    }
    return result;
  });
}

template <class Bind, class Read>
auto SqliteQueries::first(const std::string& sql, Bind bind, Read read) {
  auto all = rows(sql, bind, read);
  return all.empty() ? std::nullopt : std::optional(std::move(all.front()));
}

SqliteQueries::SqliteQueries(std::filesystem::path path) : SqliteReader(path, open_readable(path)) {
  if (!db_.get_deleter().is_shared()) {
    limit_.watch(*db_);
  }
}

void SqliteQueries::hold_snapshot() {
  if (db_.get_deleter().is_shared()) {
    return;  // no other process can write, and transactions of one connection do not nest
  }
  guarded(path_, [&] {
    snapshot_.emplace(*db_, Transaction::Kind::kDeferred);
    db_->execAndGet("SELECT COUNT(*) FROM sweeps");  // the first read fixes the snapshot
  });
}

void SqliteQueries::release_snapshot() noexcept {
  snapshot_.reset();  // nothing was written
}

std::int64_t SqliteQueries::data_version() {
  return guarded(path_, [&] { return db_->execAndGet("PRAGMA data_version").getInt64(); });
}

std::string SqliteQueries::sweep_columns() {
  return guarded(path_, [&] { return storage::sweep_columns(*db_); });
}

std::vector<std::string> SqliteQueries::sweep_names() {
  return rows(
      "SELECT name FROM sweeps ORDER BY sweep_id DESC", [](auto&) {},
      [](auto& s) { return s.getColumn(0).getString(); });
}

std::vector<SweepRow> SqliteQueries::sweeps() {
  return rows(
      fmt::format("SELECT {} FROM sweeps ORDER BY sweep_id DESC", sweep_columns()), [](auto&) {},
      read_sweep);
}

std::optional<SweepRow> SqliteQueries::sweep(const std::string& name) {
  return first(
      fmt::format("SELECT {} FROM sweeps WHERE name = ? COLLATE NOCASE", sweep_columns()),
      [&](auto& s) { s.bind(1, name); }, read_sweep);
}

std::optional<SweepRow> SqliteQueries::newest_sweep() {
  return first(
      fmt::format("SELECT {} FROM sweeps ORDER BY archived_at IS NOT NULL, sweep_id DESC "
                  "LIMIT 1",
                  sweep_columns()),
      [](auto&) {}, read_sweep);
}

bool SqliteQueries::is_being_run(std::int64_t sweep_id) {
  return SweepLock::is_held(path_, sweep_id);
}

SummaryRow SqliteQueries::summary(const std::string& sweep) {
  const std::string violating =
      guarded(path_, [&] { return knows_results(*db_); })
          ? "(SELECT COUNT(*) FROM trials t JOIN sweeps s USING(sweep_id) WHERE s.name = ?1 AND "
            "t.state = 'complete' AND t.violation > 0)"
          : "0";
  return first(
             fmt::format("SELECT trials, complete, pruned, diverged, failed, epochs, seconds, "
                         "best, {} FROM sweep_summary WHERE sweep = ?1",
                         violating),
             [&](auto& s) { s.bind(1, sweep); },
             [](auto& s) {
               return SummaryRow{s.getColumn(0).getInt64(), s.getColumn(1).getInt64(),
                                 s.getColumn(2).getInt64(), s.getColumn(3).getInt64(),
                                 s.getColumn(4).getInt64(), s.getColumn(5).getInt64(),
                                 real(s.getColumn(6)),      real_or_null(s.getColumn(7)),
                                 s.getColumn(8).getInt64()};
             })
      .value_or(SummaryRow{});
}

// What the views of the schema have behind kRankColumns: an older one knows no spread, or no
// violation.
std::string SqliteQueries::further_columns() {
  return guarded(path_, [&]() -> std::string {
    return knows_results(*db_)           ? ", replicates, deviation, standard_error, violation"
           : db_->tableExists("spreads") ? ", replicates, deviation, standard_error"
                                         : "";
  });
}

// The rows of the view of that name, which ranks all trials even if it is asked for one of them.
// These come out of the index ranked_trials in their order.
std::vector<LeaderboardRow> SqliteQueries::leaderboard(const std::string& sweep, int most) {
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

std::optional<LeaderboardRow> SqliteQueries::best(const std::string& sweep) {
  return first(
      fmt::format("SELECT {}{} FROM best_trials WHERE sweep = ?", kRankColumns, further_columns()),
      [&](auto& s) { s.bind(1, sweep); }, read_rank);
}

void SqliteQueries::for_each_trial(std::int64_t sweep_id,
                                   const std::function<void(const TrialRow&)>& use) {
  for_each_trial(sweep_id, {}, use);
}

void SqliteQueries::for_each_trial(std::int64_t sweep_id,
                                   NumberRange numbers,
                                   const std::function<void(const TrialRow&)>& use) {
  limit_.reset();
  guarded(path_, [&] {
    SQLite::Statement s(*db_, fmt::format("SELECT {} FROM trials WHERE sweep_id = ? AND number >= "
                                          "? AND number < ? ORDER BY number",
                                          trial_columns(*db_)));
    s.bind(1, sweep_id);
    bind_range(s, 2, numbers);
    while (s.executeStep()) {
      use(read_trial(s));
    }
  });
}

std::string SqliteQueries::settled_mark(std::int64_t sweep_id, NumberRange numbers) {
  // Nothing that this program does changes a settled trial without one of these events. The sums
  // see what others do with SQL; all their columns are in the index ranked_trials, which the plus
  // makes SQLite take.
  return first(
             "SELECT COUNT(*), TOTAL(score), TOTAL((number + 1) * unicode(state)), TOTAL(stage), "
             "(SELECT COUNT(*) || '/' || MAX(event_id) FROM events WHERE sweep_id = ?1 AND kind IN "
             "('run_started', 'resumed', 'retried', 'beyond_stop', 'repeated')) "
             "FROM trials WHERE sweep_id = ?1 AND +number >= ?2 AND +number < ?3",
             [&](auto& s) {
               s.bind(1, sweep_id);
               bind_range(s, 2, numbers);
             },
             [](auto& s) {
               return fmt::format("{} {} {} {} {}", s.getColumn(0).getInt64(),
                                  s.getColumn(1).getDouble(), s.getColumn(2).getDouble(),
                                  s.getColumn(3).getDouble(), s.getColumn(4).getString());
             })
      .value();
}

std::optional<TrialRow> SqliteQueries::trial(std::int64_t sweep_id, std::uint64_t number) {
  return first(
      fmt::format("SELECT {} FROM trials WHERE sweep_id = ? AND number = ?",
                  guarded(path_, [&] { return trial_columns(*db_); })),
      [&](auto& s) {
        s.bind(1, sweep_id);
        bind_unsigned(s, 2, number);
      },
      read_trial);
}

std::optional<std::pair<std::uint64_t, std::uint64_t>> SqliteQueries::trial_numbers(
    std::int64_t sweep_id) {
  return first(
      "SELECT MIN(number), MAX(number) FROM trials WHERE sweep_id = ? HAVING COUNT(*) > 0",
      [&](auto& s) { s.bind(1, sweep_id); },
      [](auto& s) {
        return std::pair(trial_number(s.getColumn(0)), trial_number(s.getColumn(1)));
      });
}

std::optional<std::int64_t> SqliteQueries::rank(const std::string& sweep, std::uint64_t number) {
  return first(
      "SELECT rank FROM leaderboard WHERE sweep = ? AND trial = ?",
      [&](auto& s) {
        s.bind(1, sweep);
        bind_unsigned(s, 2, number);
      },
      [](auto& s) { return s.getColumn(0).getInt64(); });
}

std::map<std::string, double> SqliteQueries::units(std::int64_t trial_id) {
  const auto all = rows(
      "SELECT name, unit FROM params WHERE trial_id = ? AND unit IS NOT NULL",
      [&](auto& s) { s.bind(1, trial_id); },
      [](auto& s) { return std::pair(s.getColumn(0).getString(), real(s.getColumn(1))); });
  return {all.begin(), all.end()};
}

std::optional<EnsembleRow> SqliteQueries::ensemble(std::int64_t sweep_id) {
  limit_.reset();
  return guarded(path_, [&] { return select_ensemble(*db_, sweep_id); });
}

std::vector<double> SqliteQueries::replicate_values(std::int64_t trial_id) {
  return rows(
      "SELECT value FROM replicates WHERE trial_id = ? AND state = 'complete' AND value IS NOT "
      "NULL ORDER BY replicate",
      [&](auto& s) { s.bind(1, trial_id); }, [](auto& s) { return real(s.getColumn(0)); });
}

TrialTable SqliteQueries::select(const SweepRow& sweep, const Selection& selection) {
  limit_.reset();
  return guarded(path_, [&] { return select_rows(*db_, sweep.name, sweep.metric, selection); });
}

std::vector<LogRow> SqliteQueries::log(std::int64_t sweep_id,
                                       std::optional<std::int64_t> trial_id) {
  limit_.reset();
  return guarded(path_, [&] { return select_log(*db_, sweep_id, trial_id); });
}

std::vector<LogRow> SqliteQueries::last_events(std::int64_t sweep_id, int most) {
  limit_.reset();
  return guarded(path_, [&] { return select_last_events(*db_, sweep_id, most); });
}

std::vector<MetricRow> SqliteQueries::metrics(TrainingId training) {
  return rows(
      "SELECT epoch, name, value FROM metrics WHERE trial_id = ? AND replicate = ? ORDER BY epoch, "
      "name",
      [&](auto& s) {
        s.bind(1, training.trial_id);
        s.bind(2, training.replicate);
      },
      read_metric);
}

bool SqliteQueries::has_metric(std::int64_t sweep_id, const std::string& name) {
  return first(
             "SELECT 1 FROM trials t JOIN metrics m ON m.trial_id = t.trial_id AND m.name = ? "
             "WHERE t.sweep_id = ? LIMIT 1",
             [&](auto& s) {
               s.bind(1, name);
               s.bind(2, sweep_id);
             },
             [](auto& s) { return s.getColumn(0).getInt(); })
      .has_value();
}

std::vector<ArtifactRow> SqliteQueries::artifacts(std::int64_t trial_id) {
  if (!guarded(path_, [&] { return db_->tableExists("artifacts"); })) {
    return {};
  }
  return rows(
      "SELECT name, path, bytes, sha256 FROM artifacts WHERE trial_id = ? ORDER BY name",
      [&](auto& s) { s.bind(1, trial_id); },
      [](auto& s) {
        return ArtifactRow{s.getColumn(0).getString(), s.getColumn(1).getString(),
                           static_cast<std::uint64_t>(whole(s.getColumn(2), 0, kMaxCount)),
                           s.getColumn(3).getString()};
      });
}

Remarks SqliteQueries::remarks(std::int64_t sweep_id) {
  limit_.reset();
  return guarded(path_, [&] { return select_remarks(*db_, sweep_id); });
}

Queries::BestEpochs SqliteQueries::best_epochs(std::int64_t sweep_id, NumberRange numbers) {
  limit_.reset();
  return guarded(path_, [&] { return read_best_epochs(*db_, sweep_id, numbers); });
}

void SqliteQueries::for_each_result(std::int64_t sweep_id,
                                    const UseResult& use,
                                    NumberRange numbers) {
  limit_.reset();
  guarded(path_, [&] {
    // The plus keeps SQLite from an index by state, after which it would sort.
    SQLite::Statement trials(
        *db_,
        "SELECT trial_id, number, stage, state, params_json, value, best_epoch, "
        "(SELECT 1 FROM replicates r WHERE r.trial_id = t.trial_id AND (r.replicate = 0 AND r.fold "
        "IS NOT NULL OR r.replicate = 1 AND t.best_epoch IS NULL)) "
        "FROM trials t WHERE "
        "sweep_id = ? AND number >= ? AND number < ? AND +state IN ('complete', 'pruned', "
        "'diverged') ORDER BY number");
    trials.bind(1, sweep_id);
    bind_range(trials, 2, numbers);
    EpochReader reader(*db_);
    ResultRow row;
    while (trials.executeStep()) {
      limit_.reset();  // it bounds a statement, and a sweep has one for the epochs of each trial
      row.trial_id = trials.getColumn(0).getInt64();
      row.number = trial_number(trials.getColumn(1));
      row.stage = whole_int(trials.getColumn(2), 0, kMaxStage);
      row.state = *search::trial_state(trials.getColumn(3).getString());
      row.params_json = trials.getColumn(4).getString();
      row.value = real_or_null(trials.getColumn(5));
      row.best_epoch = whole_int_or_null(trials.getColumn(6), 0, kMaxEpoch);
      row.in_folds = !trials.getColumn(7).isNull();
      use(row, reader.epochs({row.trial_id}));
    }
  });
}

}  // namespace hpsearch::storage

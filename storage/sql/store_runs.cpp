#include <fmt/format.h>

#include "storage/sql/sql_store.h"
#include "storage/utc_now.h"

namespace hpsearch::storage {

void SqlStore::apply_run_cap(std::int64_t sweep_id, std::int64_t run_cap) {
  const Dialect& words = db_->dialect();
  // What a cut-off trial was is kept in an event, so that a raised limit gives it back unchanged.
  Statement note(
      *db_,
      "INSERT INTO events(at, sweep_id, trial_id, kind, detail_json) " +
          fmt::format(
              "SELECT ?, sweep_id, trial_id, 'beyond_stop', {} FROM trials WHERE sweep_id = ? "
              "AND number >= ? AND reason IS DISTINCT FROM 'beyond_stop'",
              words.json_object("'state', state, 'reason', reason")));
  note.bind(1, utc_now());
  note.bind(2, sweep_id);
  note.bind(3, run_cap);
  note.exec();
  Statement cut(*db_,
                "UPDATE trials SET state = 'interrupted', reason = 'beyond_stop' "
                "WHERE sweep_id = ? AND number >= ?");
  cut.bind(1, sweep_id);
  cut.bind(2, run_cap);
  cut.exec();
  Statement restore(
      *db_,
      "UPDATE trials SET (state, reason) = "
      "(SELECT " +
          words.json_entry("e.detail_json", "state") + ", " +
          words.json_entry("e.detail_json", "reason") +
          " FROM events e WHERE e.trial_id = trials.trial_id AND e.kind = 'beyond_stop' ORDER "
          "BY e.event_id DESC LIMIT 1) "
          "WHERE sweep_id = ? AND number < ? AND reason = 'beyond_stop'");
  restore.bind(1, sweep_id);
  restore.bind(2, run_cap);
  restore.exec();
}

void SqlStore::forget_unfinished(std::int64_t sweep_id) {
  std::vector<std::int64_t> unfinished;
  Statement s(*db_, "SELECT trial_id FROM trials WHERE sweep_id = ? AND finished_at IS NULL");
  s.bind(1, sweep_id);
  while (s.step()) {
    unfinished.push_back(s.column(0).int64());
  }
  for (const std::int64_t trial_id : unfinished) {
    forget_trainings(trial_id);
  }
}

void SqlStore::begin_run(std::int64_t sweep_id, const RunStart& start) {
  guarded(*db_, [&] {
    auto& db = *db_;
    Transaction transaction(db);
    Statement sweep(
        db,
        "UPDATE sweeps SET state = 'running', finished_at = NULL, stop_reason = NULL, "
        "archived_at = NULL, "
        "config_yaml = ?, config_hash = ?, host_json = ?, tool_version = ? WHERE sweep_id = ?");
    sweep.bind(1, start.config_yaml);
    sweep.bind(2, start.config_hash);
    sweep.bind(3, start.host_json);
    sweep.bind(4, tool_version_);
    sweep.bind(5, sweep_id);
    sweep.exec();
    interrupt_running(sweep_id, "killed");
    Statement tests(db,
                    "DELETE FROM metrics WHERE substr(name, 1, 5) = 'test_' AND trial_id IN "
                    "(SELECT trial_id FROM trials WHERE sweep_id = ?)");
    tests.bind(1, sweep_id);
    tests.exec();
    forget_ensemble(sweep_id);
    forget_means(sweep_id);
    if (start.forget_unfinished) {
      forget_unfinished(sweep_id);
      forget_unfinished_repeats(sweep_id);
    }
    apply_run_cap(sweep_id, start.run_cap);
    const auto stage_trials =
        start.stage_trials.empty() ? std::vector{start.run_cap} : start.stage_trials;
    for (std::size_t i = 0; i < stage_trials.size(); ++i) {
      Statement stage(db, "UPDATE stages SET trials = ? WHERE sweep_id = ? AND stage = ?");
      stage.bind(1, stage_trials[i]);
      stage.bind(2, sweep_id);
      stage.bind(3, static_cast<int>(i));
      stage.exec();
    }
    insert_event(sweep_id, std::nullopt, start.event.to_row());
    transaction.commit();
  });
}

void SqlStore::cut_beyond(std::int64_t sweep_id, std::uint64_t end_number) {
  guarded(*db_, [&] {
    Transaction transaction(*db_);
    apply_run_cap(sweep_id, static_cast<std::int64_t>(end_number));
    transaction.commit();
  });
}

void SqlStore::end_run(std::int64_t sweep_id,
                       SweepState state,
                       std::optional<StopReason> stop_reason,
                       std::optional<std::int64_t> winner,
                       const std::vector<MetricRow>& test_metrics) {
  guarded(*db_, [&] {
    auto& db = *db_;
    Transaction transaction(db);
    const auto reason =
        stop_reason ? std::optional(std::string(to_text(*stop_reason))) : std::nullopt;
    interrupt_running(sweep_id, reason);
    for (const MetricRow& metric : test_metrics) {
      Statement s(db,
                  "INSERT INTO metrics VALUES (?, ?, ?, ?, ?) ON CONFLICT(trial_id, name, "
                  "replicate, epoch) "
                  "DO UPDATE SET value = excluded.value");
      s.bind(1, winner.value());
      s.bind(2, metric.replicate);
      s.bind(3, metric.epoch);
      s.bind(4, metric.name);
      bind_real(s, 5, metric.value);
      s.exec();
    }
    Statement sweep(
        db, "UPDATE sweeps SET state = ?, stop_reason = ?, finished_at = ? WHERE sweep_id = ?");
    sweep.bind(1, std::string(to_text(state)));
    bind_text(sweep, 2, reason);
    if (state == SweepState::kComplete) {
      sweep.bind(3, utc_now());
    }
    sweep.bind(4, sweep_id);
    sweep.exec();
    insert_event(sweep_id, std::nullopt, RunEnded{state, stop_reason}.to_row());
    transaction.commit();
    db.settle();
  });
}

void SqlStore::interrupt_running(std::int64_t sweep_id, const std::optional<std::string>& reason) {
  Statement replicates(*db_,
                       "UPDATE replicates SET state = 'interrupted' WHERE state = 'running' "
                       "AND trial_id IN (SELECT trial_id FROM trials WHERE sweep_id = ?)");
  replicates.bind(1, sweep_id);
  replicates.exec();
  Statement trials(*db_,
                   "UPDATE trials SET state = 'interrupted', reason = ? "
                   "WHERE sweep_id = ? AND state = 'running'");
  bind_text(trials, 1, reason);
  trials.bind(2, sweep_id);
  trials.exec();
}

}  // namespace hpsearch::storage

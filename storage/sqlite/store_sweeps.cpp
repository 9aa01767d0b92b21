#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "storage/sqlite/store_impl.h"
#include "storage/sqlite/trial_view.h"
#include "storage/store.h"
#include "storage/sweep_lock.h"
#include "storage/utc_now.h"

namespace hpsearch::storage {

Store::Store(std::filesystem::path path, std::string tool_version)
    : impl_(std::make_unique<Impl>(std::move(path), std::move(tool_version))) {}
Store::~Store() = default;
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;

const std::filesystem::path& Store::path() const {
  return impl_->path;
}

void Store::make_durable() {
  if (!impl_->opened.is_new) {
    return;
  }
  // A checkpoint syncs the log, the folder that names it, and the file itself.
  impl_->guarded([&] {
    // The first column tells whether another process was in the way.
    const bool busy = impl_->db->execAndGet("PRAGMA wal_checkpoint(PASSIVE)").getInt() != 0;
    impl_->opened.is_new = busy;
  });
}

std::optional<SweepRow> Store::find_sweep(const std::string& name) {
  return impl_->guarded([&] { return impl_->find_sweep(name); });
}

SweepRow Store::find_or_create_sweep(const NewSweep& sweep,
                                     const std::vector<StageRow>& stages,
                                     const search::Space& space) {
  return impl_->guarded([&] {
    auto& db = *impl_->db;
    // The transaction is IMMEDIATE: no other process can create the sweep after the look-up.
    Transaction transaction(db);
    if (auto existing = impl_->find_sweep(sweep.name)) {
      return *existing;
    }
    SQLite::Statement s(
        db,
        "INSERT INTO sweeps(name, method, metric, goal, seed, config_yaml, config_hash, "
        "data_json, state, created_at, tool_version) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'running', ?, ?)");
    s.bind(1, sweep.name);
    s.bind(2, sweep.method);
    s.bind(3, sweep.metric);
    s.bind(4, sweep.goal);
    bind_unsigned(s, 5, sweep.seed);
    s.bind(6, sweep.config_yaml);
    s.bind(7, sweep.config_hash);
    s.bind(8, sweep.data_json);
    s.bind(9, utc_now());
    s.bind(10, sweep.tool_version);
    s.exec();
    const std::int64_t sweep_id = db.getLastInsertRowid();
    for (const StageRow& stage : stages) {
      impl_->insert_stage(sweep_id, stage);
    }
    db.exec(create_trial_view(sweep.name, sweep_id, space));
    impl_->insert_earlier(sweep_id, sweep.earlier);
    for (const EventRow& event : sweep.events) {
      impl_->insert_event(sweep_id, std::nullopt, event);
    }
    transaction.commit();
    return *impl_->find_sweep(sweep.name);
  });
}

std::string Store::set_aside(const SweepRow& sweep) {
  return impl_->guarded([&] {
    auto& db = *impl_->db;
    Transaction transaction(db);
    std::string name;
    for (int n = 1; name.empty() || impl_->find_sweep(name); ++n) {
      name = fmt::format("{}~{}", sweep.name, n);
    }
    SQLite::Statement rename(db, "UPDATE sweeps SET name = ? WHERE sweep_id = ?");
    rename.bind(1, name);
    rename.bind(2, sweep.sweep_id);
    rename.exec();
    // The view moves with its sweep: the same statement under the new name.
    SQLite::Statement view(db, "SELECT sql FROM sqlite_master WHERE type = 'view' AND name = ?");
    view.bind(1, "trials_" + sweep.name);
    if (view.executeStep()) {
      std::string sql = view.getColumn(0).getString();
      view.reset();
      const std::string old_name = trial_view_name(sweep.name);
      sql.replace(sql.find(old_name), old_name.size(), trial_view_name(name));
      db.exec(fmt::format("DROP VIEW {}", old_name));
      db.exec(sql);
    }
    transaction.commit();
    return name;
  });
}

void Store::Impl::insert_stage(std::int64_t sweep_id, const StageRow& stage) {
  SQLite::Statement row(*db, "INSERT OR REPLACE INTO stages VALUES (?, ?, ?, ?, ?)");
  row.bind(1, sweep_id);
  row.bind(2, stage.stage);
  if (stage.epochs) {
    row.bind(3, *stage.epochs);
  }
  row.bind(4, stage.trials);
  row.bind(5, stage.space_json);
  row.exec();
}

void Store::Impl::insert_earlier(std::int64_t sweep_id, const std::vector<EarlierRow>& rows) {
  SQLite::Statement s(*db, "INSERT INTO earlier_trials VALUES (?, ?, ?, ?, ?, ?, ?)");
  for (const EarlierRow& row : rows) {
    s.bind(1, sweep_id);
    bind_unsigned(s, 2, row.result.number);
    s.bind(3, std::string(search::to_text(row.result.state)));
    bind_real(s, 4, row.result.score);
    s.bind(5, row.result.epochs);
    s.bind(6, search::params_json(row.result.params));
    s.bind(7, row.source);
    s.exec();
    s.reset();
  }
}

std::vector<EarlierRow> Store::earlier_trials(std::int64_t sweep_id) {
  return impl_->guarded([&] { return select_earlier(*impl_->db, sweep_id); });
}

std::vector<StageRow> Store::stages(std::int64_t sweep_id) {
  return impl_->guarded([&] { return select_stages(*impl_->db, sweep_id); });
}

std::vector<TrialRow> Store::trials(std::int64_t sweep_id) {
  return impl_->guarded([&] { return select_trials(*impl_->db, sweep_id); });
}

std::vector<nn::EpochRecord> Store::epochs(std::int64_t trial_id) {
  return impl_->guarded([&] { return select_epochs(*impl_->db, trial_id); });
}

std::vector<EventRow> Store::events(std::int64_t sweep_id, const std::string& kind) {
  return impl_->guarded([&] { return select_events(*impl_->db, sweep_id, kind); });
}

void Store::Impl::interrupt_running(std::int64_t sweep_id,
                                    const std::optional<std::string>& reason) {
  // Replicates first: they are found by the state of their trials.
  SQLite::Statement replicates(
      *db,
      "UPDATE replicates SET state = 'interrupted' WHERE state = 'running' "
      "AND trial_id IN (SELECT trial_id FROM trials WHERE sweep_id = ? "
      "AND state = 'running')");
  replicates.bind(1, sweep_id);
  replicates.exec();
  SQLite::Statement trials(*db,
                           "UPDATE trials SET state = 'interrupted', reason = ? "
                           "WHERE sweep_id = ? AND state = 'running'");
  bind_text(trials, 1, reason);
  trials.bind(2, sweep_id);
  trials.exec();
}

void Store::Impl::apply_run_cap(std::int64_t sweep_id, std::int64_t run_cap) {
  // The old state of a cut-off trial goes into an event, so that a raised limit can restore it.
  SQLite::Statement note(
      *db,
      "INSERT INTO events(at, sweep_id, trial_id, kind, detail_json) "
      "SELECT ?, sweep_id, trial_id, 'beyond_stop', json_object('state', state, 'reason', reason) "
      "FROM trials WHERE sweep_id = ? AND number >= ? AND reason IS NOT 'beyond_stop'");
  note.bind(1, utc_now());
  note.bind(2, sweep_id);
  note.bind(3, run_cap);
  note.exec();
  SQLite::Statement cut(*db,
                        "UPDATE trials SET state = 'interrupted', reason = 'beyond_stop' "
                        "WHERE sweep_id = ? AND number >= ?");
  cut.bind(1, sweep_id);
  cut.bind(2, run_cap);
  cut.exec();
  SQLite::Statement restore(*db,
                            "UPDATE trials SET (state, reason) = "
                            "(SELECT json_extract(e.detail_json, '$.state'), "
                            "json_extract(e.detail_json, '$.reason') FROM events e "
                            " WHERE e.trial_id = trials.trial_id AND e.kind = 'beyond_stop' ORDER "
                            "BY e.event_id DESC LIMIT 1) "
                            "WHERE sweep_id = ? AND number < ? AND reason = 'beyond_stop'");
  restore.bind(1, sweep_id);
  restore.bind(2, run_cap);
  restore.exec();
}

void Store::interrupt_dead_sweeps() {
  impl_->guarded([&] {
    SQLite::Statement running(*impl_->db,
                              "SELECT sweep_id, name FROM sweeps WHERE state = 'running'");
    std::vector<std::pair<std::int64_t, std::string>> left;
    while (running.executeStep()) {
      left.emplace_back(running.getColumn(0).getInt64(), running.getColumn(1).getString());
    }
    running.reset();
    for (const auto& [sweep_id, name] : left) {
      if (!SweepLock::is_held(impl_->path, sweep_id)) {
        impl_->interrupt_dead_sweep(sweep_id, name);
      }
    }
  });
}

void Store::Impl::interrupt_dead_sweep(std::int64_t sweep_id, const std::string& name) {
  try {
    // Under the lock, so a run that starts right now sees the state before or after, never in
    // between.
    const SweepLock lock(path, sweep_id, name);
    Transaction transaction(*db);
    interrupt_running(sweep_id, "killed");
    SQLite::Statement s(
        *db, "UPDATE sweeps SET state = 'interrupted' WHERE sweep_id = ? AND state = 'running'");
    s.bind(1, sweep_id);
    s.exec();
    transaction.commit();
  } catch (const SweepBusy&) {  // another process has just continued it
  }
}

void Store::begin_run(std::int64_t sweep_id, const RunStart& start) {
  impl_->guarded([&] {
    auto& db = *impl_->db;
    Transaction transaction(db);
    SQLite::Statement sweep(
        db,
        "UPDATE sweeps SET state = 'running', finished_at = NULL, stop_reason = NULL, "
        "config_yaml = ?, config_hash = ?, host_json = ?, tool_version = ? WHERE sweep_id = ?");
    sweep.bind(1, start.config_yaml);
    sweep.bind(2, start.config_hash);
    sweep.bind(3, start.host_json);
    sweep.bind(4, impl_->tool_version);
    sweep.bind(5, sweep_id);
    sweep.exec();
    impl_->interrupt_running(sweep_id, "killed");
    std::vector<const char*> changes{
        "DELETE FROM metrics WHERE name GLOB 'test_*' AND trial_id IN "
        "(SELECT trial_id FROM trials WHERE sweep_id = ?)"};
    if (start.forget_unfinished) {
      for (const char* sql :
           {"DELETE FROM epochs WHERE trial_id IN "
            "(SELECT trial_id FROM trials WHERE sweep_id = ? AND finished_at IS NULL)",
            "DELETE FROM metrics WHERE trial_id IN "
            "(SELECT trial_id FROM trials WHERE sweep_id = ? AND finished_at IS NULL)",
            "UPDATE replicates SET epochs_done = 0 WHERE trial_id IN "
            "(SELECT trial_id FROM trials WHERE sweep_id = ? AND finished_at IS NULL)",
            "UPDATE trials SET epochs_done = 0 WHERE sweep_id = ? AND finished_at IS NULL"}) {
        changes.push_back(sql);
      }
    }
    for (const char* sql : changes) {
      SQLite::Statement s(db, sql);
      s.bind(1, sweep_id);
      s.exec();
    }
    impl_->apply_run_cap(sweep_id, start.run_cap);
    const auto stage_trials =
        start.stage_trials.empty() ? std::vector{start.run_cap} : start.stage_trials;
    for (std::size_t i = 0; i < stage_trials.size(); ++i) {
      SQLite::Statement stage(db, "UPDATE stages SET trials = ? WHERE sweep_id = ? AND stage = ?");
      stage.bind(1, stage_trials[i]);
      stage.bind(2, sweep_id);
      stage.bind(3, static_cast<int>(i));
      stage.exec();
    }
    impl_->insert_event(sweep_id, std::nullopt, {"run_started", start.event_json});
    transaction.commit();
  });
}

void Store::cut_beyond(std::int64_t sweep_id, std::uint64_t end_number) {
  impl_->guarded([&] {
    Transaction transaction(*impl_->db);
    impl_->apply_run_cap(sweep_id, static_cast<std::int64_t>(end_number));
    transaction.commit();
  });
}

void Store::end_run(std::int64_t sweep_id,
                    const std::string& state,
                    const std::optional<std::string>& stop_reason,
                    std::optional<std::int64_t> winner,
                    const std::vector<MetricRow>& test_metrics) {
  impl_->guarded([&] {
    auto& db = *impl_->db;
    Transaction transaction(db);
    impl_->interrupt_running(sweep_id, stop_reason);
    for (const MetricRow& metric : test_metrics) {
      SQLite::Statement s(db, "INSERT OR REPLACE INTO metrics VALUES (?, 0, ?, ?, ?)");
      s.bind(1, winner.value());
      s.bind(2, metric.epoch);
      s.bind(3, metric.name);
      bind_real(s, 4, metric.value);
      s.exec();
    }
    SQLite::Statement sweep(
        db, "UPDATE sweeps SET state = ?, stop_reason = ?, finished_at = ? WHERE sweep_id = ?");
    sweep.bind(1, state);
    bind_text(sweep, 2, stop_reason);
    if (state == "complete") {
      sweep.bind(3, utc_now());
    }
    sweep.bind(4, sweep_id);
    sweep.exec();
    impl_->insert_event(
        sweep_id, std::nullopt,
        {"run_ended", nn::json_text(nlohmann::json{{"state", state},
                                                   {"reason", stop_reason.value_or("error")}})});
    transaction.commit();
    // Merge the log into the main file, so that a copy of that file alone is complete. A busy
    // reader may prevent this; PASSIVE does not wait for it.
    db.exec("PRAGMA wal_checkpoint(PASSIVE)");
  });
}

void Store::put_artifact(std::int64_t trial_id, const ArtifactRow& artifact) {
  impl_->guarded([&] {
    auto& db = *impl_->db;
    Transaction transaction(db);
    SQLite::Statement forget(db, "DELETE FROM artifacts WHERE path = ?");
    forget.bind(1, artifact.path);
    forget.exec();
    SQLite::Statement row(db, "INSERT OR REPLACE INTO artifacts VALUES (?, ?, ?, ?, ?)");
    row.bind(1, trial_id);
    row.bind(2, artifact.name);
    row.bind(3, artifact.path);
    bind_unsigned(row, 4, artifact.bytes);
    row.bind(5, artifact.sha256);
    row.exec();
    transaction.commit();
  });
}

void Store::forget_artifact(const std::string& path) {
  impl_->guarded([&] {
    SQLite::Statement forget(*impl_->db, "DELETE FROM artifacts WHERE path = ?");
    forget.bind(1, path);
    forget.exec();
  });
}

}  // namespace hpsearch::storage

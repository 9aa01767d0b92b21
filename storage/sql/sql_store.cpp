#include "storage/sql/sql_store.h"

#include <fmt/format.h>

#include "storage/sql/trial_view.h"
#include "storage/utc_now.h"

namespace hpsearch::storage {

SqlStore::SqlStore(std::filesystem::path path,
                   std::string tool_version,
                   std::unique_ptr<Session> session)
    : SqlReader(std::move(path), std::move(session)), tool_version_(std::move(tool_version)) {}

void SqlStore::make_durable() {
  guarded(*db_, [&] { db_->make_durable(); });
}

std::optional<SweepRow> SqlStore::select_sweep(const std::string& name) {
  Statement s(*db_, fmt::format("SELECT {} FROM sweeps WHERE {}", sweep_columns(*db_),
                                db_->dialect().same_name("name")));
  s.bind(1, name);
  return s.step() ? std::optional(read_sweep(s)) : std::nullopt;
}

std::int64_t SqlStore::trial_id(std::int64_t sweep_id, std::uint64_t number) {
  if (const auto known = running_.find({sweep_id, number}); known != running_.end()) {
    return known->second;
  }
  auto& s = prepare("SELECT trial_id FROM trials WHERE sweep_id = ? AND number = ?");
  s.bind(1, sweep_id);
  bind_unsigned(s, 2, number);
  if (!s.step()) {
    throw StoreError(fmt::format("{}: trial {} has no row", path_.string(), number));
  }
  const std::int64_t id = s.column(0).int64();
  s.reset();
  return id;
}

void SqlStore::insert_event(std::int64_t sweep_id,
                            std::optional<std::int64_t> trial_id,
                            const EventRow& event) {
  auto& s = prepare(
      "INSERT INTO events(at, sweep_id, trial_id, kind, detail_json) VALUES (?, ?, ?, ?, ?)");
  s.bind(1, event.at.empty() ? utc_now() : event.at);
  s.bind(2, sweep_id);
  if (trial_id) {
    s.bind(3, *trial_id);
  }
  s.bind(4, event.kind);
  s.bind(5, event.detail_json);
  s.exec();
}

std::optional<SweepRow> SqlStore::find_sweep(const std::string& name) {
  return guarded(*db_, [&] { return select_sweep(name); });
}

SweepRow SqlStore::find_or_create_sweep(const NewSweep& sweep,
                                        const std::vector<StageRow>& stages,
                                        const search::Space& space) {
  return guarded(*db_, [&] {
    auto& db = *db_;
    Transaction transaction(db);
    if (auto existing = select_sweep(sweep.name)) {
      return *existing;
    }
    Statement s(db,
                "INSERT INTO sweeps(name, method, metric, goal, seed, config_yaml, config_hash, "
                "data_json, state, created_at, tool_version) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'running', ?, ?) RETURNING sweep_id");
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
    s.step();
    const std::int64_t sweep_id = s.column(0).int64();
    s.reset();
    for (const StageRow& stage : stages) {
      insert_stage(sweep_id, stage);
    }
    db.exec(create_trial_view(db.dialect(), sweep.name, sweep_id, space));
    insert_earlier(sweep_id, sweep.earlier);
    for (const EventRow& event : sweep.events) {
      insert_event(sweep_id, std::nullopt, event);
    }
    transaction.commit();
    return *select_sweep(sweep.name);
  });
}

std::string SqlStore::set_aside(const SweepRow& sweep) {
  return guarded(*db_, [&] {
    auto& db = *db_;
    Transaction transaction(db);
    std::string name;
    for (int n = 1; name.empty() || select_sweep(name); ++n) {
      name = fmt::format("{}~{}", sweep.name, n);
    }
    Statement rename(db, "UPDATE sweeps SET name = ? WHERE sweep_id = ?");
    rename.bind(1, name);
    rename.bind(2, sweep.sweep_id);
    rename.exec();
    db.rename_view(sweep.name, name);
    transaction.commit();
    return name;
  });
}

void SqlStore::insert_stage(std::int64_t sweep_id, const StageRow& stage) {
  Statement row(*db_,
                "INSERT INTO stages VALUES (?, ?, ?, ?, ?) ON CONFLICT(sweep_id, stage) DO UPDATE "
                "SET epochs = excluded.epochs, trials = excluded.trials, space_json = "
                "excluded.space_json");
  row.bind(1, sweep_id);
  row.bind(2, stage.stage);
  if (stage.epochs) {
    row.bind(3, *stage.epochs);
  }
  row.bind(4, stage.trials);
  row.bind(5, stage.space_json);
  row.exec();
}

void SqlStore::insert_earlier(std::int64_t sweep_id, const std::vector<EarlierRow>& rows) {
  Statement s(*db_, "INSERT INTO earlier_trials VALUES (?, ?, ?, ?, ?, ?, ?)");
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

void SqlStore::interrupt_dead_sweeps() {
  guarded(*db_, [&] {
    Statement running(*db_, "SELECT sweep_id, name FROM sweeps WHERE state = 'running'");
    std::vector<std::pair<std::int64_t, std::string>> left;
    while (running.step()) {
      left.emplace_back(running.column(0).int64(), running.column(1).text());
    }
    running.reset();
    for (const auto& [sweep_id, name] : left) {
      if (!db_->is_being_run(sweep_id)) {
        interrupt_dead_sweep(sweep_id, name);
      }
    }
  });
}

void SqlStore::interrupt_dead_sweep(std::int64_t sweep_id, const std::string& name) {
  try {
    // Under its lock: a run that begins at this moment finds it before or after, never in between.
    const auto hold = db_->hold_sweep(sweep_id, name);
    Transaction transaction(*db_);
    interrupt_running(sweep_id, "killed");
    Statement s(*db_,
                "UPDATE sweeps SET state = 'interrupted' WHERE sweep_id = ? AND state = 'running'");
    s.bind(1, sweep_id);
    s.exec();
    transaction.commit();
  } catch (const SweepBusy&) {  // it has just been continued
  }
}

void SqlStore::put_artifact(std::int64_t trial_id, const ArtifactRow& artifact) {
  guarded(*db_, [&] {
    auto& db = *db_;
    Transaction transaction(db);
    Statement forget(db, "DELETE FROM artifacts WHERE path = ?");
    forget.bind(1, artifact.path);
    forget.exec();
    Statement row(db,
                  "INSERT INTO artifacts VALUES (?, ?, ?, ?, ?) ON CONFLICT(trial_id, name) DO "
                  "UPDATE SET path = excluded.path, bytes = excluded.bytes, sha256 = "
                  "excluded.sha256");
    row.bind(1, trial_id);
    row.bind(2, artifact.name);
    row.bind(3, artifact.path);
    bind_unsigned(row, 4, artifact.bytes);
    row.bind(5, artifact.sha256);
    row.exec();
    db.keep_file(artifact.path);
    transaction.commit();
  });
}

void SqlStore::forget_artifact(const std::string& path) {
  guarded(*db_, [&] {
    Transaction transaction(*db_, Transaction::Kind::kRows);
    Statement forget(*db_, "DELETE FROM artifacts WHERE path = ?");
    forget.bind(1, path);
    forget.exec();
    transaction.commit();
  });
}

}  // namespace hpsearch::storage

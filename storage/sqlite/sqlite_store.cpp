#include "storage/sqlite/sqlite_store.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include "storage/sqlite/trial_view.h"
#include "storage/sweep_lock.h"
#include "storage/utc_now.h"

namespace hpsearch::storage {

SqliteStore::SqliteStore(std::filesystem::path path, std::string tool_version)
    : SqliteStore(path, tool_version, open_writable(path, tool_version)) {}

SqliteStore::SqliteStore(std::filesystem::path path,
                         std::string tool_version,
                         OpenedDatabase opened)
    : SqliteReader(std::move(path), std::move(opened.db)),
      tool_version_(std::move(tool_version)),
      is_new_(opened.is_new),
      file_(identity()) {}

SqliteStore::FileIdentity SqliteStore::identity() const {
  struct stat status {};
  return stat(path_.c_str(), &status) == 0 ? FileIdentity(status.st_dev, status.st_ino)
                                           : FileIdentity();
}

void SqliteStore::require_same_file() const {
  if (identity() != file_) {
    throw StoreError(
        fmt::format("{}: was removed or replaced while this run wrote to it; results since then "
                    "cannot be saved: put it back, or run again to start over",
                    path_.string()));
  }
}

void SqliteStore::make_durable() {
  if (!is_new_) {
    return;
  }
  // A checkpoint waits for the log, for the folder that names it and for the file itself.
  guarded(path_, [&] {
    // Its first column says whether another process was in the way.
    is_new_ = db_->execAndGet("PRAGMA wal_checkpoint(PASSIVE)").getInt() != 0;
  });
}

std::optional<SweepRow> SqliteStore::select_sweep(const std::string& name) {
  SQLite::Statement s(*db_, fmt::format("SELECT {} FROM sweeps WHERE name = ? COLLATE NOCASE",
                                        sweep_columns(*db_)));
  s.bind(1, name);
  return s.executeStep() ? std::optional(read_sweep(s)) : std::nullopt;
}

std::int64_t SqliteStore::trial_id(std::int64_t sweep_id, std::uint64_t number) {
  if (const auto known = running_.find({sweep_id, number}); known != running_.end()) {
    return known->second;
  }
  auto& s = prepare("SELECT trial_id FROM trials WHERE sweep_id = ? AND number = ?");
  s.bind(1, sweep_id);
  bind_unsigned(s, 2, number);
  if (!s.executeStep()) {
    throw StoreError(fmt::format("{}: trial {} has no row", path_.string(), number));
  }
  const std::int64_t id = s.getColumn(0).getInt64();
  s.reset();
  return id;
}

void SqliteStore::insert_event(std::int64_t sweep_id,
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

std::optional<SweepRow> SqliteStore::find_sweep(const std::string& name) {
  return guarded(path_, [&] { return select_sweep(name); });
}

SweepRow SqliteStore::find_or_create_sweep(const NewSweep& sweep,
                                           const std::vector<StageRow>& stages,
                                           const search::Space& space) {
  return guarded(path_, [&] {
    auto& db = *db_;
    Transaction transaction(db);
    if (auto existing = select_sweep(sweep.name)) {
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
      insert_stage(sweep_id, stage);
    }
    db.exec(create_trial_view(sweep.name, sweep_id, space));
    insert_earlier(sweep_id, sweep.earlier);
    for (const EventRow& event : sweep.events) {
      insert_event(sweep_id, std::nullopt, event);
    }
    require_same_file();
    transaction.commit();
    return *select_sweep(sweep.name);
  });
}

std::string SqliteStore::set_aside(const SweepRow& sweep) {
  return guarded(path_, [&] {
    auto& db = *db_;
    Transaction transaction(db);
    std::string name;
    for (int n = 1; name.empty() || select_sweep(name); ++n) {
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
    require_same_file();
    transaction.commit();
    return name;
  });
}

void SqliteStore::insert_stage(std::int64_t sweep_id, const StageRow& stage) {
  SQLite::Statement row(*db_, "INSERT OR REPLACE INTO stages VALUES (?, ?, ?, ?, ?)");
  row.bind(1, sweep_id);
  row.bind(2, stage.stage);
  if (stage.epochs) {
    row.bind(3, *stage.epochs);
  }
  row.bind(4, stage.trials);
  row.bind(5, stage.space_json);
  row.exec();
}

void SqliteStore::insert_earlier(std::int64_t sweep_id, const std::vector<EarlierRow>& rows) {
  SQLite::Statement s(*db_, "INSERT INTO earlier_trials VALUES (?, ?, ?, ?, ?, ?, ?)");
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

void SqliteStore::interrupt_dead_sweeps() {
  guarded(path_, [&] {
    SQLite::Statement running(*db_, "SELECT sweep_id, name FROM sweeps WHERE state = 'running'");
    std::vector<std::pair<std::int64_t, std::string>> left;
    while (running.executeStep()) {
      left.emplace_back(running.getColumn(0).getInt64(), running.getColumn(1).getString());
    }
    running.reset();
    for (const auto& [sweep_id, name] : left) {
      if (!SweepLock::is_held(path_, sweep_id)) {
        interrupt_dead_sweep(sweep_id, name);
      }
    }
  });
}

void SqliteStore::interrupt_dead_sweep(std::int64_t sweep_id, const std::string& name) {
  try {
    // Under its lock: a run that begins at this moment finds it before or after, never in between.
    const SweepLock lock(path_, sweep_id, name);
    Transaction transaction(*db_);
    interrupt_running(sweep_id, "killed");
    SQLite::Statement s(
        *db_, "UPDATE sweeps SET state = 'interrupted' WHERE sweep_id = ? AND state = 'running'");
    s.bind(1, sweep_id);
    s.exec();
    require_same_file();
    transaction.commit();
  } catch (const SweepBusy&) {  // it has just been continued
  }
}

void SqliteStore::put_artifact(std::int64_t trial_id, const ArtifactRow& artifact) {
  guarded(path_, [&] {
    auto& db = *db_;
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
    require_same_file();
    transaction.commit();
  });
}

void SqliteStore::forget_artifact(const std::string& path) {
  guarded(path_, [&] {
    SQLite::Statement forget(*db_, "DELETE FROM artifacts WHERE path = ?");
    forget.bind(1, path);
    forget.exec();
  });
}

}  // namespace hpsearch::storage

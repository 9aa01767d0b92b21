#include "storage/sqlite/sqlite_store.h"
#include "storage/utc_now.h"

namespace hpsearch::storage {
namespace {

void bind_trial(SQLite::Statement& s, int index, std::optional<std::uint64_t> trial) {
  if (trial) {
    bind_unsigned(s, index, *trial);
  } else {
    s.bind(index);
  }
}

}  // namespace

void SqliteStore::delete_notes(std::int64_t sweep_id, std::optional<std::uint64_t> trial) {
  SQLite::Statement s(*db_, "DELETE FROM notes WHERE sweep_id = ? AND trial IS ?");
  s.bind(1, sweep_id);
  bind_trial(s, 2, trial);
  s.exec();
}

void SqliteStore::change_remarks(std::int64_t sweep_id,
                                 std::optional<std::uint64_t> trial,
                                 const std::function<void()>& work) {
  guarded(path_, [&] {
    Transaction transaction(*db_);
    if (trial) {
      trial_id(sweep_id, *trial);  // throws where there is no such trial
    }
    work();
    require_same_file();
    transaction.commit();
  });
}

void SqliteStore::add_tags(std::int64_t sweep_id,
                           std::optional<std::uint64_t> trial,
                           const std::vector<std::string>& tags) {
  change_remarks(sweep_id, trial, [&] {
    SQLite::Statement s(*db_, "INSERT OR IGNORE INTO tags VALUES (?, ?, ?, ?)");
    for (const std::string& tag : tags) {
      s.bind(1, sweep_id);
      bind_trial(s, 2, trial);
      s.bind(3, tag);
      s.bind(4, utc_now());
      s.exec();
      s.reset();
    }
  });
}

void SqliteStore::remove_tags(std::int64_t sweep_id,
                              std::optional<std::uint64_t> trial,
                              const std::vector<std::string>& tags) {
  change_remarks(sweep_id, trial, [&] {
    SQLite::Statement s(*db_, "DELETE FROM tags WHERE sweep_id = ? AND trial IS ? AND tag = ?");
    for (const std::string& tag : tags) {
      s.bind(1, sweep_id);
      bind_trial(s, 2, trial);
      s.bind(3, tag);
      s.exec();
      s.reset();
    }
  });
}

void SqliteStore::add_note(std::int64_t sweep_id,
                           std::optional<std::uint64_t> trial,
                           const std::string& text,
                           bool instead) {
  change_remarks(sweep_id, trial, [&] {
    if (instead) {
      delete_notes(sweep_id, trial);
    }
    SQLite::Statement s(
        *db_, "INSERT OR IGNORE INTO notes(sweep_id, trial, text, at) VALUES (?, ?, ?, ?)");
    s.bind(1, sweep_id);
    bind_trial(s, 2, trial);
    s.bind(3, text);
    s.bind(4, utc_now());
    s.exec();
  });
}

void SqliteStore::remove_notes(std::int64_t sweep_id, std::optional<std::uint64_t> trial) {
  change_remarks(sweep_id, trial, [&] { delete_notes(sweep_id, trial); });
}

void SqliteStore::archive(std::int64_t sweep_id, bool archived) {
  guarded(path_, [&] {
    SQLite::Statement s(
        *db_, archived
                  ? "UPDATE sweeps SET archived_at = COALESCE(archived_at, ?2) WHERE sweep_id = ?1"
                  : "UPDATE sweeps SET archived_at = NULL WHERE sweep_id = ?1");
    s.bind(1, sweep_id);
    if (archived) {
      s.bind(2, utc_now());
    }
    s.exec();
  });
}

}  // namespace hpsearch::storage

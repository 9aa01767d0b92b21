#include <fmt/format.h>

#include "storage/sqlite/sqlite_store.h"
#include "storage/sqlite/trial_view.h"

namespace hpsearch::storage {

void SqliteStore::remove_sweep(std::int64_t sweep_id) {
  guarded(path_, [&] {
    auto& db = *db_;
    Transaction transaction(db);
    SQLite::Statement name(db, "SELECT name FROM sweeps WHERE sweep_id = ?");
    name.bind(1, sweep_id);
    const std::string view =
        name.executeStep() ? trial_view_name(name.getColumn(0).getString()) : std::string();
    name.reset();
    if (view.empty()) {
      return;
    }
    // The large tables first and by themselves: a row that goes with its trial by a foreign key
    // costs a search of its own.
    for (const char* table : {"epochs", "metrics", "params"}) {
      SQLite::Statement rows(
          db, fmt::format("DELETE FROM {} WHERE trial_id IN (SELECT trial_id FROM trials WHERE "
                          "sweep_id = ?)",
                          table));
      rows.bind(1, sweep_id);
      rows.exec();
    }
    SQLite::Statement row(db, "DELETE FROM sweeps WHERE sweep_id = ?");
    row.bind(1, sweep_id);
    row.exec();
    db.exec(fmt::format("DROP VIEW IF EXISTS {}", view));
    require_same_file();
    transaction.commit();
    running_.clear();
  });
}

void SqliteStore::release_space() {
  guarded(path_, [&] {
    prepared_.clear();  // VACUUM fails while statements are under way
    db_->exec("VACUUM");
    // The log holds what is left; the file shrinks as it is written back.
    db_->exec("PRAGMA wal_checkpoint(TRUNCATE)");
  });
}

}  // namespace hpsearch::storage

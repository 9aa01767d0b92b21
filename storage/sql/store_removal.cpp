#include <fmt/format.h>

#include "storage/sql/sql_store.h"
#include "storage/sql/trial_view.h"

namespace hpsearch::storage {

void SqlStore::remove_sweep(std::int64_t sweep_id) {
  guarded(*db_, [&] {
    auto& db = *db_;
    Transaction transaction(db);
    Statement name(db, "SELECT name FROM sweeps WHERE sweep_id = ?");
    name.bind(1, sweep_id);
    const std::string view =
        name.step() ? trial_view_name(db.dialect(), name.column(0).text()) : std::string();
    name.reset();
    if (view.empty()) {
      return;
    }
    // The large tables first and by themselves: a row that goes with its trial by a foreign key
    // costs a search of its own.
    for (const char* table : {"epochs", "metrics", "params"}) {
      Statement rows(
          db, fmt::format("DELETE FROM {} WHERE trial_id IN (SELECT trial_id FROM trials WHERE "
                          "sweep_id = ?)",
                          table));
      rows.bind(1, sweep_id);
      rows.exec();
    }
    Statement row(db, "DELETE FROM sweeps WHERE sweep_id = ?");
    row.bind(1, sweep_id);
    row.exec();
    db.exec(fmt::format("DROP VIEW IF EXISTS {}", view));
    transaction.commit();
    running_.clear();
  });
}

void SqlStore::release_space() {
  guarded(*db_, [&] {
    prepared_.clear();  // VACUUM fails while statements are under way
    db_->release_space();
  });
}

}  // namespace hpsearch::storage

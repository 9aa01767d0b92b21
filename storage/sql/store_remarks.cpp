#include "storage/sql/sql_store.h"
#include "storage/utc_now.h"

namespace hpsearch::storage {
namespace {

void bind_trial(Statement& s, int index, std::optional<std::uint64_t> trial) {
  if (trial) {
    bind_unsigned(s, index, *trial);
  } else {
    s.bind(index);
  }
}

}  // namespace

void SqlStore::delete_notes(std::int64_t sweep_id, std::optional<std::uint64_t> trial) {
  Statement s(*db_, "DELETE FROM notes WHERE sweep_id = ? AND trial IS NOT DISTINCT FROM ?");
  s.bind(1, sweep_id);
  bind_trial(s, 2, trial);
  s.exec();
}

void SqlStore::change_remarks(std::int64_t sweep_id,
                              std::optional<std::uint64_t> trial,
                              const std::function<void()>& work) {
  guarded(*db_, [&] {
    Transaction transaction(*db_);
    if (trial) {
      trial_id(sweep_id, *trial);  // throws where there is no such trial
    }
    work();
    transaction.commit();
  });
}

void SqlStore::add_tags(std::int64_t sweep_id,
                        std::optional<std::uint64_t> trial,
                        const std::vector<std::string>& tags) {
  change_remarks(sweep_id, trial, [&] {
    Statement s(*db_, "INSERT INTO tags VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING");
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

void SqlStore::remove_tags(std::int64_t sweep_id,
                           std::optional<std::uint64_t> trial,
                           const std::vector<std::string>& tags) {
  change_remarks(sweep_id, trial, [&] {
    Statement s(*db_,
                "DELETE FROM tags WHERE sweep_id = ? AND trial IS NOT DISTINCT FROM ? AND tag = ?");
    for (const std::string& tag : tags) {
      s.bind(1, sweep_id);
      bind_trial(s, 2, trial);
      s.bind(3, tag);
      s.exec();
      s.reset();
    }
  });
}

void SqlStore::add_note(std::int64_t sweep_id,
                        std::optional<std::uint64_t> trial,
                        const std::string& text,
                        bool instead) {
  change_remarks(sweep_id, trial, [&] {
    if (instead) {
      delete_notes(sweep_id, trial);
    }
    Statement s(
        *db_,
        "INSERT INTO notes(sweep_id, trial, text, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING");
    s.bind(1, sweep_id);
    bind_trial(s, 2, trial);
    s.bind(3, text);
    s.bind(4, utc_now());
    s.exec();
  });
}

void SqlStore::remove_notes(std::int64_t sweep_id, std::optional<std::uint64_t> trial) {
  change_remarks(sweep_id, trial, [&] { delete_notes(sweep_id, trial); });
}

void SqlStore::archive(std::int64_t sweep_id, bool archived) {
  guarded(*db_, [&] {
    Transaction transaction(*db_, Transaction::Kind::kRows);
    Statement s(
        *db_, archived
                  ? "UPDATE sweeps SET archived_at = COALESCE(archived_at, ?2) WHERE sweep_id = ?1"
                  : "UPDATE sweeps SET archived_at = NULL WHERE sweep_id = ?1");
    s.bind(1, sweep_id);
    if (archived) {
      s.bind(2, utc_now());
    }
    s.exec();
    transaction.commit();
  });
}

}  // namespace hpsearch::storage

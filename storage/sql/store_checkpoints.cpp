#include <set>

#include "storage/sql/sql_store.h"

namespace hpsearch::storage {

std::vector<CheckpointRow> SqlStore::checkpoints(std::int64_t sweep_id) {
  return guarded(*db_, [&] {
    Statement s(*db_,
                "SELECT t.number, c.replicate, c.epoch, c.path, c.bytes, c.sha256 "
                "FROM checkpoints c JOIN trials t USING(trial_id) WHERE t.sweep_id = ? "
                "ORDER BY t.number, c.replicate");
    s.bind(1, sweep_id);
    std::vector<CheckpointRow> rows;
    while (s.step()) {
      rows.push_back(
          {{trial_number(s.column(0)), whole_int(s.column(1), 0, kMaxReplicate)},
           {whole_int(s.column(2), 0, kMaxEpoch), s.column(3).text(),
            static_cast<std::uint64_t>(whole(s.column(4), 0, kMaxNumber)), s.column(5).text()}});
    }
    return rows;
  });
}

void SqlStore::keep_checkpoints(std::int64_t sweep_id, const std::vector<std::uint64_t>& numbers) {
  const std::set<std::uint64_t> kept(numbers.begin(), numbers.end());
  std::set<std::uint64_t> others;
  for (const CheckpointRow& row : checkpoints(sweep_id)) {
    if (!kept.contains(row.training.number)) {
      others.insert(row.training.number);
    }
  }
  if (others.empty()) {
    return;
  }
  guarded(*db_, [&] {
    Transaction transaction(*db_);
    for (const std::uint64_t number : others) {
      forget_checkpoint(trial_id(sweep_id, number), std::nullopt);
    }
    transaction.commit();
  });
}

void SqlStore::forget_checkpoint(std::int64_t trial_id, std::optional<int> replicate) {
  auto& s = prepare(
      "DELETE FROM checkpoints WHERE trial_id = ?1 AND replicate = COALESCE(?2, replicate)");
  s.bind(1, trial_id);
  if (replicate) {
    s.bind(2, *replicate);
  }
  s.exec();
}

void SqlStore::write(std::int64_t sweep_id, const CheckpointEntry& entry, Gathered&) {
  const std::int64_t id = trial_id(sweep_id, entry.training.number);
  if (!entry.file) {
    forget_checkpoint(id, entry.training.replicate);
    return;
  }
  auto& s = prepare(
      "INSERT INTO checkpoints VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT(trial_id, replicate) DO "
      "UPDATE "
      "SET epoch = excluded.epoch, path = excluded.path, sha256 = excluded.sha256, bytes = "
      "excluded.bytes");
  s.bind(1, id);
  s.bind(2, entry.training.replicate);
  s.bind(3, entry.file->epoch);
  s.bind(4, entry.file->path);
  s.bind(5, entry.file->sha256);
  bind_unsigned(s, 6, entry.file->bytes);
  s.exec();
  db_->keep_file(entry.file->path);
}

}  // namespace hpsearch::storage

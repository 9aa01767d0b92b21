#include "storage/sqlite/epoch_reader.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include "storage/sqlite/columns.h"
#include "storage/sqlite/rows.h"

namespace hpsearch::storage {
namespace {

void check(SQLite::Database& db, int result, int expected) {
  if (result != expected) {
    throw SQLite::Exception(db.getHandle(), result);
  }
}

RawStatement prepare(SQLite::Database& db, const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  check(db, sqlite3_prepare_v2(db.getHandle(), sql.c_str(), -1, &statement, nullptr), SQLITE_OK);
  return RawStatement(statement);
}

// From epoch_columns(), the first of them in column `place`.
nn::EpochRecord read_record(sqlite3_stmt* s, int place) {
  nn::EpochRecord record;
  const bool whole = sqlite3_column_type(s, place) == SQLITE_INTEGER;
  const std::int64_t epoch = sqlite3_column_int64(s, place);
  if (!whole || epoch < 1 || epoch > kMaxEpoch) {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(s, place));
    throw DamagedRow(fmt::format("epoch holds '{}', not a whole number from 1 to {}",
                                 text == nullptr ? "" : text, kMaxEpoch));
  }
  record.epoch = static_cast<int>(epoch);
  for (const nn::EpochColumn& column : nn::kEpochColumns) {
    const double value = sqlite3_column_double(s, ++place);
    // SQLite gives 0 for NULL.
    record.*column.field = value == 0.0 && sqlite3_column_type(s, place) == SQLITE_NULL
                               ? std::numeric_limits<double>::quiet_NaN()
                               : value;
  }
  return record;
}

// The epochs that `join` finds for the trials t of these numbers, by number.
template <class Use>
void for_each_best(
    SQLite::Database& db, const char* join, std::int64_t sweep_id, NumberRange numbers, Use use) {
  const RawStatement statement = prepare(
      db, fmt::format("SELECT number, {} FROM (SELECT t.number, e.* FROM trials t {} WHERE "
                      "t.sweep_id = ? AND t.number >= ? AND t.number < ? ORDER BY t.number)",
                      epoch_columns(), join));
  sqlite3_stmt* const s = statement.get();
  check(db, sqlite3_bind_int64(s, 1, sweep_id), SQLITE_OK);
  check(db, sqlite3_bind_int64(s, 2, static_cast<std::int64_t>(numbers.first)), SQLITE_OK);
  check(db, sqlite3_bind_int64(s, 3, static_cast<std::int64_t>(numbers.end)), SQLITE_OK);
  int step = SQLITE_ROW;
  while ((step = sqlite3_step(s)) == SQLITE_ROW) {
    use(static_cast<std::uint64_t>(sqlite3_column_int64(s, 0)), read_record(s, 1));
  }
  check(db, step, SQLITE_DONE);
}

}  // namespace

void FinalizeStatement::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

EpochReader::EpochReader(SQLite::Database& db)
    : db_(db),
      statement_(prepare(db,
                         fmt::format("SELECT {} FROM epochs WHERE trial_id = ? AND replicate = ? "
                                     "ORDER BY epoch",
                                     epoch_columns()))) {}

std::span<const nn::EpochRecord> EpochReader::epochs(TrainingId training) {
  sqlite3_stmt* const s = statement_.get();
  sqlite3_reset(s);
  check(db_, sqlite3_bind_int64(s, 1, training.trial_id), SQLITE_OK);
  check(db_, sqlite3_bind_int(s, 2, training.replicate), SQLITE_OK);
  epochs_.clear();
  int step = SQLITE_ROW;
  while ((step = sqlite3_step(s)) == SQLITE_ROW) {
    epochs_.push_back(read_record(s, 0));
  }
  check(db_, step, SQLITE_DONE);
  return epochs_;
}

Queries::BestEpochs read_best_epochs(SQLite::Database& db,
                                     std::int64_t sweep_id,
                                     NumberRange numbers) {
  Queries::BestEpochs all;
  for_each_best(db,
                "JOIN epochs e ON e.trial_id = t.trial_id AND e.replicate = 0 AND e.epoch = "
                "t.best_epoch",
                sweep_id, numbers, [&](std::uint64_t number, const nn::EpochRecord& epoch) {
                  all.emplace_back(number, epoch);
                });
  const auto whole_trials = static_cast<std::ptrdiff_t>(all.size());
  int folds = 0;  // in the last record of `all`, which is their sum
  const auto end_trial = [&] {
    for (const nn::EpochColumn& column : nn::kEpochColumns) {
      if (folds > 1) {
        all.back().second.*column.field /= folds;
      }
    }
    folds = 0;
  };
  for_each_best(db,
                "JOIN replicates r ON r.trial_id = t.trial_id "
                "JOIN epochs e ON e.trial_id = t.trial_id AND e.replicate = r.replicate AND "
                "e.epoch = r.best_epoch AND t.best_epoch IS NULL AND t.value IS NOT NULL",
                sweep_id, numbers, [&](std::uint64_t number, const nn::EpochRecord& epoch) {
                  if (folds > 0 && all.back().first == number) {
                    ++folds;
                    for (const nn::EpochColumn& column : nn::kEpochColumns) {
                      all.back().second.*column.field += epoch.*column.field;
                    }
                    return;
                  }
                  end_trial();
                  all.emplace_back(number, epoch).second.epoch = 0;
                  folds = 1;
                });
  end_trial();
  std::inplace_merge(all.begin(), all.begin() + whole_trials, all.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
  return all;
}

}  // namespace hpsearch::storage

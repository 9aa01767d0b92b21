#include "storage/sqlite/epoch_reader.h"

#include <limits>
#include <string>

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include "storage/sqlite/columns.h"
#include "storage/sqlite/rows.h"

namespace hpsearch::storage {

void EpochReader::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

EpochReader::EpochReader(SQLite::Database& db) : db_(db) {
  const std::string sql = fmt::format(
      "SELECT {} FROM epochs WHERE trial_id = ? AND replicate = ? ORDER BY epoch", epoch_columns());
  sqlite3_stmt* statement = nullptr;
  check(sqlite3_prepare_v2(db.getHandle(), sql.c_str(), -1, &statement, nullptr), SQLITE_OK);
  statement_.reset(statement);
}

std::span<const nn::EpochRecord> EpochReader::epochs(TrainingId training) {
  sqlite3_stmt* const s = statement_.get();
  sqlite3_reset(s);
  check(sqlite3_bind_int64(s, 1, training.trial_id), SQLITE_OK);
  check(sqlite3_bind_int(s, 2, training.replicate), SQLITE_OK);
  epochs_.clear();
  int step = SQLITE_ROW;
  while ((step = sqlite3_step(s)) == SQLITE_ROW) {
    nn::EpochRecord& record = epochs_.emplace_back();
    const bool whole = sqlite3_column_type(s, 0) == SQLITE_INTEGER;
    const std::int64_t epoch = sqlite3_column_int64(s, 0);
    if (!whole || epoch < 1 || epoch > kMaxEpoch) {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(s, 0));
      throw DamagedRow(fmt::format("epoch holds '{}', not a whole number from 1 to {}",
                                   text == nullptr ? "" : text, kMaxEpoch));
    }
    record.epoch = static_cast<int>(epoch);
    int place = 0;
    for (const nn::EpochColumn& column : nn::kEpochColumns) {
      const double value = sqlite3_column_double(s, ++place);
      // SQLite gives 0 for NULL.
      record.*column.field = value == 0.0 && sqlite3_column_type(s, place) == SQLITE_NULL
                                 ? std::numeric_limits<double>::quiet_NaN()
                                 : value;
    }
  }
  check(step, SQLITE_DONE);
  return epochs_;
}

void EpochReader::check(int result, int expected) const {
  if (result != expected) {
    throw SQLite::Exception(db_.getHandle(), result);
  }
}

}  // namespace hpsearch::storage

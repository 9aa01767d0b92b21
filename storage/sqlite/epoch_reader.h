// Reads the epochs of many trials. Internal to storage.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "nn/training/epoch_record.h"
#include "storage/queries.h"

struct sqlite3_stmt;

namespace SQLite {
class Database;
}  // namespace SQLite

namespace hpsearch::storage {

struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const;
};
using RawStatement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

// One training after another, by a statement that is prepared once. Reads SQLite's columns
// directly: SQLiteCpp makes an object of each, ten million of them for a large sweep. Everything
// throws SQLite::Exception, and DamagedRow for rows that no run writes.
class EpochReader {
 public:
  explicit EpochReader(SQLite::Database& db);

  // The training's epochs, by epoch; NULL reads as NaN. Valid until the next call.
  std::span<const nn::EpochRecord> epochs(TrainingId training);

 private:
  SQLite::Database& db_;
  RawStatement statement_;
  std::vector<nn::EpochRecord> epochs_;
};

// See Queries::best_epochs(). Throws SQLite::Exception.
Queries::BestEpochs read_best_epochs(SQLite::Database& db,
                                     std::int64_t sweep_id,
                                     NumberRange numbers);

}  // namespace hpsearch::storage

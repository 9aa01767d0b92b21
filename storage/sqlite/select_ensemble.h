// The statements behind Queries::ensemble(). Internal to storage.
#pragma once

#include <cstdint>
#include <optional>

#include "storage/records.h"

namespace SQLite {
class Database;
}  // namespace SQLite

namespace hpsearch::storage {

// None for a database with an older schema.
std::optional<EnsembleRow> select_ensemble(SQLite::Database& db, std::int64_t sweep_id);

}  // namespace hpsearch::storage

// The statement behind Queries::select(). Internal to storage.
#pragma once

#include <string>

#include "storage/selection.h"

namespace SQLite {
class Database;
}  // namespace SQLite

namespace hpsearch::storage {

TrialTable select_rows(SQLite::Database& db,
                       const std::string& sweep,
                       const std::string& metric,
                       const Selection& selection);

}  // namespace hpsearch::storage

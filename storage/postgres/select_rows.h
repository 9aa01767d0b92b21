// The statement behind Queries::select(). Internal to storage.
#pragma once

#include <string>

#include "storage/postgres/pg_session.h"
#include "storage/selection.h"

namespace hpsearch::storage {

TrialTable select_pg_rows(PgSession& db,
                          const std::string& sweep,
                          const std::string& metric,
                          const Selection& selection);

}  // namespace hpsearch::storage

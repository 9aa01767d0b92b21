// The statements behind Queries::ensemble(). Internal to storage.
#pragma once

#include <cstdint>
#include <optional>

#include "storage/records.h"

namespace hpsearch::storage {

class Session;

// None for a database with an older schema.
std::optional<EnsembleRow> select_ensemble(Session& db, std::int64_t sweep_id);

}  // namespace hpsearch::storage

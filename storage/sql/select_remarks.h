// The statements behind Queries::remarks(). Internal to storage.
#pragma once

#include <cstdint>

#include "storage/remarks.h"

namespace hpsearch::storage {

class Session;

// None for a database with an older schema.
Remarks select_remarks(Session& db, std::int64_t sweep_id);

}  // namespace hpsearch::storage

// The current time in the format of the database.
#pragma once

#include <string>

namespace hpsearch::storage {

// The current time in UTC, ISO 8601 with milliseconds: 2026-01-31T23:59:59.123Z.
std::string utc_now();

}  // namespace hpsearch::storage

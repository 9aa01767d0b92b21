// The statements behind Queries::log() and last_events(). Internal to storage.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "storage/records.h"

namespace hpsearch::storage {

class Session;

std::vector<LogRow> select_log(Session& db,
                               std::int64_t sweep_id,
                               std::optional<std::int64_t> trial_id);

std::vector<LogRow> select_last_events(Session& db, std::int64_t sweep_id, int most);

}  // namespace hpsearch::storage

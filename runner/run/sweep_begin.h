// A sweep as it comes into the database.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "runner/console/line_printer.h"
#include "runner/stored/warm_start.h"
#include "search/sweep/sweep_spec.h"
#include "storage/records.h"
#include "storage/shard_events.h"
#include "storage/store.h"

namespace hpsearch::runner {

storage::NewSweep new_sweep(const search::SweepSpec& spec,
                            const std::string& config_yaml,
                            const std::string& config_hash,
                            const std::string& data_json,
                            const std::optional<WarmStart>& warm,
                            const std::optional<storage::Shard>& shard);

// Gives an existing sweep of this name another one, and says so. Throws storage::StoreError while
// it runs.
void set_aside(storage::Store& store,
               const std::filesystem::path& database,
               const std::string& name,
               LinePrinter& printer);

}  // namespace hpsearch::runner

// Part of a sweep in a database of its own: `run --shard I/N`.
//
// What a shard's trials are depends on no result, so each process knows all numbers, seeds and
// parameters, and trains only its own. `hpsearch merge` puts the parts together; the run that finds
// everything trained there ends the sweep.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "search/sweep/sweep_spec.h"
#include "storage/reader.h"
#include "storage/shard_events.h"

namespace hpsearch::runner {

// Reads "3/32". Throws UsageError.
storage::Shard parse_shard(const std::string& text);

// Throws UsageError, with the reason and another way, where the trials of the sweep, or its end,
// depend on results that another shard has.
void require_shardable(const search::SweepSpec& spec, const std::optional<storage::Shard>& shard);

// The part of the sweep that the database has; empty: it is no part.
std::optional<storage::Shard> stored_shard(storage::Reader& reader, std::int64_t sweep_id);

// Throws UsageError where the database has another part of the sweep than the one asked for.
void require_same_shard(storage::Reader& reader,
                        const storage::SweepRow& sweep,
                        const std::optional<storage::Shard>& shard);

// "shard 1/4: 4 of 16 trials: 1, 5, 9, 13"; of `trials` trials.
std::string shard_text(const storage::Shard& shard, std::int64_t trials);

// What to do with a part that is trained.
std::string merge_hint(const storage::Shard& shard, const std::filesystem::path& database);

}  // namespace hpsearch::runner

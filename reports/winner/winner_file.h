// The files that an ended sweep keeps for its best trial.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "storage/artifacts.h"
#include "storage/queries.h"

namespace hpsearch::reports {

// The path of a trial's artifact with this name; empty if none is recorded, or its file is not
// there.
inline std::optional<std::filesystem::path> trial_file(storage::Queries& queries,
                                                       std::int64_t trial_id,
                                                       std::string_view name) {
  for (const storage::ArtifactRow& artifact : queries.artifacts(trial_id)) {
    if (artifact.name == name) {
      return storage::stored_artifact(queries.path(), artifact.path);
    }
  }
  return std::nullopt;
}

// The same for the sweep's best trial.
inline std::optional<std::filesystem::path> winner_file(storage::Queries& queries,
                                                        const storage::SweepRow& sweep,
                                                        std::string_view name) {
  const auto best = queries.best(sweep.name);
  return best ? trial_file(queries, best->trial_id, name) : std::nullopt;
}

}  // namespace hpsearch::reports

// Writes what a merge has decided.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "runner/console/line_printer.h"
#include "runner/merge/merge_plan.h"
#include "storage/store.h"

namespace hpsearch::runner {

// One transaction: all of it or nothing. `target`: the name that the database has or will get;
// files of trials go to the folder beside it before the rows that name them. Files that are missing
// or changed are left out, and told of. Throws StoreError, and std::runtime_error where a file
// cannot be written.
void write_merge(storage::Store& store,
                 const std::filesystem::path& target,
                 const std::vector<MergeGroup>& groups,
                 LinePrinter& printer);

// Puts the file of an artifact of `source` into the folder of sweep `sweep_id` of `target`, checks
// it, and returns its path for the row. Empty where it is missing or is not what its row says.
std::optional<std::string> copy_artifact(const std::filesystem::path& source,
                                         const storage::ArtifactRow& artifact,
                                         const std::filesystem::path& target,
                                         std::int64_t sweep_id,
                                         LinePrinter& printer);

}  // namespace hpsearch::runner

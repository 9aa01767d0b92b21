// Decides what of which database goes into which sweep, before anything is written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "storage/backend.h"
#include "storage/row_transfer.h"
#include "storage/shard_events.h"

namespace hpsearch::runner {

// A database that sweeps are taken from, as of one moment.
class MergeSource {
 public:
  // Throws StoreError.
  explicit MergeSource(std::filesystem::path path);

  const std::filesystem::path& path() const { return path_; }
  storage::Queries& queries() const { return *database_.queries; }

 private:
  std::filesystem::path path_;  // an older database is read from a copy of it
  storage::UpgradedDatabase database_;
};

// A sweep of a source, and which of its trials are taken.
struct MergePart {
  const MergeSource* source = nullptr;
  storage::SweepRow sweep;
  std::optional<storage::Shard> shard;
  std::set<std::int64_t> trials = {};  // trial_ids
};

// A sweep of the target, and what goes into it.
struct MergeGroup {
  std::string name;
  std::optional<storage::SweepRow> target;  // empty: it is new there
  std::vector<MergePart> parts;
  std::vector<std::int64_t> replaced = {};  // unfinished trials of the target that a part has ended

  // Do the trials of several databases come together in it? Parts that bring none do not count.
  bool unites() const;
  bool changes() const;
};

struct MergeWishes {
  std::optional<std::string> only = {};  // the one sweep of the sources to take
  std::optional<std::string> as = {};    // the name that it gets
};

// By name, as the sweeps come in the sources. `target`: the database as it is; null: a new one.
// Where several databases have a trial, the one counts that has got further with it. Throws
// UsageError, with numbers, where two have ended it with different bits, where a name belongs to
// another sweep, and where trials of stages cannot come together.
std::vector<MergeGroup> plan_merge(const std::vector<MergeSource>& sources,
                                   storage::Queries* target,
                                   const std::filesystem::path& target_path,
                                   const MergeWishes& wishes);

}  // namespace hpsearch::runner

// Copies a sweep from one database into another, whatever kinds of databases these are.
//
// A copy has all rows of the sweep but for saved states of trainings (checkpoints). Nobody trains a
// copy: what the original calls `running` is `interrupted` in it, a trial with the reason `copied`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>

#include "search/space/space.h"
#include "storage/queries.h"
#include "storage/row_transfer.h"

namespace hpsearch::storage {

struct CopyWishes {
  std::string name;     // of the copy
  search::Space space;  // of the sweep as declared: the columns of its view
  // The sweep that takes the trials in, with what belongs to them; empty: the copy is a new one.
  std::optional<std::int64_t> into = {};
  // The trials to copy, by trial_id; empty: all.
  std::optional<std::set<std::int64_t>> trials = {};
  // Whether to copy an event; empty: all. Events of trials that are not copied never are.
  std::function<bool(const LogRow& event)> takes_event = {};
  // Puts the file of an artifact where the copy of sweep `sweep_id` has it, and returns its path
  // for the row; empty: the copy has no such row. Without this function it has none at all.
  std::function<std::optional<std::string>(std::int64_t sweep_id,
                                           std::int64_t trial_id,  // of the original
                                           const ArtifactRow& artifact)>
      place_artifact = {};
};

struct CopiedSweep {
  std::int64_t sweep_id = 0;  // of the copy
  std::size_t trials = 0;
};

// Under a snapshot of `from` the copy is that of one moment. Throws StoreError, and what the
// functions of `wishes` throw.
CopiedSweep copy_sweep(Queries& from,
                       const SweepRow& sweep,
                       RowWriter& to,
                       const CopyWishes& wishes);

}  // namespace hpsearch::storage

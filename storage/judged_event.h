// The events that tell what pruners have said of a trial, and done with it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "search/pruners/judgement.h"
#include "storage/records.h"

namespace hpsearch::storage {

// At each of a pruner's rungs, the trial's last one included: there the pruner ended it, or it went
// on. Pruners that judge every epoch leave only their last judgement. JSON: {"judgements":
// [{"pruner": "asha", "rung": 9, "value": 0.81, "threshold": 0.84, "rank": 7, "of": 20, "pruned":
// true}]}, and "fold" of trials in folds.
struct Judged {
  static constexpr std::string_view kKind = "judged";
  std::vector<search::Judgement> judgements;
  EventRow to_row() const;
  static std::optional<Judged> from_row(const EventRow& row);
};

// The trial goes on with what a paused one has trained.
struct Promoted {
  static constexpr std::string_view kKind = "promoted";
  std::uint64_t parent = 0;
  std::string why;  // for people
  EventRow to_row() const;
  static std::optional<Promoted> from_row(const EventRow& row);
};

}  // namespace hpsearch::storage

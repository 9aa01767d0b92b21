// The event of a trial that violates constraints on results. Beside events.h, which has the other
// kinds and the rules for all of them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "search/sweep/feasibility.h"
#include "storage/records.h"

namespace hpsearch::storage {

// JSON: {"constraints": ["parameters < 50000"], "results": {"parameters": 62210}}.
struct Violated {
  static constexpr std::string_view kKind = "violated";
  std::vector<std::string> constraints;  // those that it violates, as written
  search::TrialResults results;          // all that constraints of the sweep ask for
  EventRow to_row() const;
  static std::optional<Violated> from_row(const EventRow& row);
};

}  // namespace hpsearch::storage

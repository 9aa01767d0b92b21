// The events of saved states. Beside events.h, which has the other kinds and the rules for all of
// them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "storage/records.h"

namespace hpsearch::storage {

// A training goes on from its saved state instead of its first epoch.
struct Continued {
  static constexpr std::string_view kKind = "continued";
  int epoch = 0;  // the last one that it does not train again
  int replicate = 0;
  EventRow to_row() const;
  static std::optional<Continued> from_row(const EventRow& row);
};

// A saved state cannot be used; its training begins anew.
struct CheckpointUnusable {
  static constexpr std::string_view kKind = "checkpoint_unusable";
  std::string reason;  // for people: "its file is missing"
  int replicate = 0;
  EventRow to_row() const;
  static std::optional<CheckpointUnusable> from_row(const EventRow& row);
};

}  // namespace hpsearch::storage

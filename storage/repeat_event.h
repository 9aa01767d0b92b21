// The event of a trial that was repeated. Beside events.h, which has the other kinds and the rules
// for all of them.
#pragma once

#include <optional>
#include <string_view>

#include "storage/records.h"

namespace hpsearch::storage {

// All trainings of a trial have ended that `repeats` asks for, or one of them has not completed:
// its row has changed.
struct Repeated {
  static constexpr std::string_view kKind = "repeated";
  int seeds = 0;  // trainings, the first one among them
  EventRow to_row() const;
  static std::optional<Repeated> from_row(const EventRow& row);
};

}  // namespace hpsearch::storage

// The event that keeps what `precision: auto` became. Beside events.h, which has the other kinds
// and the rules for all of them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "storage/records.h"

namespace hpsearch::storage {

// What `precision: auto` became for a trial on the CPU that trained it.
struct PrecisionChosen {
  static constexpr std::string_view kKind = "precision_chosen";
  std::string precision;  // f32 or bf16
  EventRow to_row() const;
  static std::optional<PrecisionChosen> from_row(const EventRow& row);
};

}  // namespace hpsearch::storage

// The events of a sweep that several databases share. Beside events.h, which has the other kinds
// and the rules for all of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/records.h"

namespace hpsearch::storage {

// Part `index` of `count` of a sweep, counted from 0: the trials whose number modulo `count` is
// `index`.
struct Shard {
  std::uint64_t index = 0;
  std::uint64_t count = 1;

  bool has(std::uint64_t number) const { return number % count == index; }
  // How many of the trials 0 to `end` - 1 it has.
  std::uint64_t size(std::uint64_t end) const {
    return end > index ? (end - index - 1) / count + 1 : 0;
  }
  bool operator==(const Shard&) const = default;
};

// "3/32".
std::string to_text(const Shard& shard);

// The database has this part of the sweep and nothing else of it. Written with the sweep.
struct Sharded {
  static constexpr std::string_view kKind = "sharded";
  Shard shard;
  EventRow to_row() const;
  static std::optional<Sharded> from_row(const EventRow& row);
};

// Trials of the same sweep came from another database.
struct Merged {
  static constexpr std::string_view kKind = "merged";
  std::string source;           // the other database, as it was named
  std::string created_at;       // of the sweep there: with `shard` it tells sources apart
  std::optional<Shard> shard;   // that it had; none: the sweep, or some beginning of it
  std::uint64_t trials = 0;     // that it brought
  double active_seconds = 0.0;  // that it had trained when it was merged
  EventRow to_row() const;
  static std::optional<Merged> from_row(const EventRow& row);
};

}  // namespace hpsearch::storage

// "Did you mean ...?": finds the known name closest to a mistyped one.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hpsearch::runner {

// The candidate with the fewest edits from `typed`, the first of them on a tie. Empty if none is
// within max(1, a third of the length of `typed`) edits, or if every character would change. Case
// is ignored. An edit inserts, deletes or replaces a character or swaps two neighbours (optimal
// string alignment: Damerau 1964, no substring edited twice).
std::optional<std::string_view> nearest_name(std::string_view typed,
                                             std::span<const std::string_view> candidates);

// "; did you mean 'name'?" to end a message about an unknown name; empty if no name is close.
std::string did_you_mean(std::string_view typed, std::span<const std::string_view> candidates);

}  // namespace hpsearch::runner

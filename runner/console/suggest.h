// "Did you mean ...?": finds the known name closest to a mistyped one.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hpsearch::runner {

// The candidate that the typed name stands for in other programs and among people: learning_rate
// for lr, val_accuracy for acc; nothing if there is none. Upper and lower case count as equal.
std::optional<std::string_view> usual_name(std::string_view typed,
                                           std::span<const std::string_view> candidates);

// The candidate that the typed name usually stands for elsewhere (lr, val_acc, n_layers); else the
// candidate with the smallest number of edits from `typed`, the first of equals; nothing where
// none is within max(1, a third of its length) edits, or where every character would change. Upper
// and lower case count as equal. An edit inserts, deletes or replaces a character or swaps two
// neighbours (optimal string alignment: Damerau 1964, no substring edited twice).
std::optional<std::string_view> nearest_name(std::string_view typed,
                                             std::span<const std::string_view> candidates);

// "; did you mean 'name'?" to end a message about an unknown name; empty if no name is close.
std::string did_you_mean(std::string_view typed, std::span<const std::string_view> candidates);

}  // namespace hpsearch::runner

// The texts that stand for a missing value unless a sweep file lists others.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace hpsearch::nn {

inline constexpr std::array<std::string_view, 14> kMissingTexts{
    "NaN",  "nan",  "NA",   "N/A",  "n/a", "#N/A", "<NA>",
    "null", "NULL", "None", "none", "-",   "?",    "NaT"};

// The same for the end of a message.
inline constexpr std::string_view kMissingWords =
    "an empty cell, NaN, nan, NA, N/A, n/a, #N/A, <NA>, null, NULL, None, none, NaT, - or ?";

inline bool is_missing_word(std::string_view text) {
  return std::find(kMissingTexts.begin(), kMissingTexts.end(), text) != kMissingTexts.end();
}

}  // namespace hpsearch::nn

// When two spellings are one level of a category.
#pragma once

#include <string>
#include <string_view>

namespace hpsearch::nn {

// The text in lower case (ASCII, Latin-1, Greek and Cyrillic letters), without blanks around it and
// with one blank for each run of them. Spellings with one key are one level.
std::string level_key(std::string_view text);

}  // namespace hpsearch::nn

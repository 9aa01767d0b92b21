// Reads what JSON writes for characters beyond U+FFFF.
#pragma once

#include <string>

namespace hpsearch::runner {

// The YAML text with each surrogate pair of a double-quoted text, "\ud83d\ude00", as the one escape
// that yaml-cpp knows for it, "\U0001f600". YAML 1.2 takes JSON, whose writers produce such pairs.
// `text` has '\n' line endings; the places of everything outside of that quoted text stay the same.
std::string join_surrogates(std::string text);

}  // namespace hpsearch::runner

// Words of commands that are shown to be typed again.
#pragma once

#include <string>

namespace hpsearch::runner {

// A word as a shell reads it back: itself, or in single quotes.
std::string shell_word(const std::string& word);

}  // namespace hpsearch::runner

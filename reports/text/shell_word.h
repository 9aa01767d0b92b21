// Quotes the words of commands that are shown for copying.
#pragma once

#include <string>

namespace hpsearch::reports {

// The word as a POSIX shell reads it back unchanged: as it is, or in single quotes.
std::string shell_word(const std::string& word);

}  // namespace hpsearch::reports

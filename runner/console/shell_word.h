// Quotes the words of commands that messages show for copying.
#pragma once

#include <string>

namespace hpsearch::runner {

// The word as a POSIX shell reads it back unchanged: as it is, or in single quotes.
std::string shell_word(const std::string& word);

}  // namespace hpsearch::runner

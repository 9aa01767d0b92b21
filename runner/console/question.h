// Questions to whoever sits at the terminal.
#pragma once

#include <string>

namespace hpsearch::runner {

// True if there is somebody to ask: stdin and stderr are terminals.
bool can_ask();

// Writes the question to stderr, with " [y/N] " behind it, and reads a line from stdin. True for y
// and yes, whatever their case; anything else, and the end of the input, is a no.
bool ask(const std::string& question);

}  // namespace hpsearch::runner

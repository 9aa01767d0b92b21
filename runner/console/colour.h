// Decides, in one place, which stream shows colours.
#pragma once

#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

namespace hpsearch::runner {

// The words of --color.
inline constexpr std::string_view kColourWords[] = {"auto", "always", "never"};

// Takes the word of --color, one of kColourWords; without one, or with "auto", the environment
// decides: NO_COLOR (not empty) means never, CLICOLOR_FORCE (neither empty nor 0) means always,
// CLICOLOR=0 means never, and otherwise a stream has colours if it is a terminal that knows them
// (TERM is set, and is not dumb). Call it before anything is printed, on the main thread.
void choose_colours(std::string_view word);

// Does this stream show colours? Before choose_colours() none does.
bool in_colour(std::FILE* stream);

// A message of an error, which is printable, with its marks in colour: "hpsearch:" at its start,
// and in the diagnostics of a sweep file "error:", "warning:" and the caret.
std::string painted_error(std::string_view message);

}  // namespace hpsearch::runner

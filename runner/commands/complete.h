// What the shell offers when a user presses Tab.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace hpsearch::runner {

// The argument that asks for candidates, in place of a verb. Shells call it; people do not.
inline constexpr char kCompleteVerb[] = "__complete";

// The shells that `completion` has a script for.
inline constexpr std::array<std::string_view, 3> kShells{"bash", "zsh", "fish"};

// The script for one of them; empty for any other.
std::string_view completion_script(std::string_view shell);

// Candidates for the last of `words`, which stand behind the program's name and may be empty: one a
// line, with a tab and a description where there is one. A candidate that ends in '=' goes on with
// a value. Nothing, where a file name is wanted or nothing fits. Reads the database that the words
// name, writes nothing, and takes whatever is wrong with it for no candidate.
std::string completions(const std::vector<std::string>& words);

}  // namespace hpsearch::runner

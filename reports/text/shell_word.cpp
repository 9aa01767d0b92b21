#include "reports/text/shell_word.h"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace hpsearch::reports {

std::string shell_word(const std::string& word) {
  const bool plain = !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("-_./=:,+@%").find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (plain) {
    return word;
  }
  // Single quotes have no escapes: a quote inside closes them, adds \' and opens them again.
  std::string quoted = "'";
  for (const char c : word) {
    quoted += c == '\'' ? "'\\''" : std::string(1, c);
  }
  return quoted + "'";
}

}  // namespace hpsearch::reports

#include "storage/selection.h"

#include <algorithm>
#include <cctype>
#include <string_view>

#include <fmt/format.h>

#include "nn/base/utf8.h"

namespace hpsearch::storage {
namespace {

// The position after the quoted text that starts at `begin`; npos if it is not closed.
std::size_t end_of_quoted(std::string_view text, std::size_t begin) {
  const char close = text[begin] == '[' ? ']' : text[begin];
  std::size_t i = begin + 1;
  while ((i = text.find(close, i)) != std::string_view::npos) {
    const bool doubled = close != ']' && i + 1 < text.size() && text[i + 1] == close;
    if (!doubled) {
      return i + 1;
    }
    i += 2;
  }
  return i;
}

// In parentheses, these words start a subquery instead of an expression.
bool begins_a_query(std::string_view text) {
  const auto begin =
      std::find_if(text.begin(), text.end(), [](unsigned char c) { return std::isspace(c) == 0; });
  std::string word;
  for (auto it = begin; it != text.end() && std::isalpha(static_cast<unsigned char>(*it)) != 0;
       ++it) {
    word += lower_ascii(*it);
  }
  return word == "select" || word == "values" || word == "with";
}

}  // namespace

std::optional<std::string> why_no_expression(const std::string& text) {
  if (text.find_first_not_of(" \t\n") == std::string::npos) {
    return "is empty";
  }
  if (begins_a_query(text)) {
    return "is a query";
  }
  int depth = 0;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == '\'' || c == '"' || c == '`' || c == '[') {
      i = end_of_quoted(text, i);
      if (i == std::string::npos) {
        return fmt::format("has an unclosed {}", c);
      }
      continue;
    }
    const std::string_view two = std::string_view(text).substr(i, 2);
    if (two == "--" || two == "/*") {
      return fmt::format("has a comment, '{}'", two);
    }
    if (std::string_view(";?@$#:").find(c) != std::string_view::npos) {
      return fmt::format("has a '{}', which cannot be part of an expression", c);
    }
    depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    if (depth < 0) {
      return "has a ')' without its '('";
    }
    ++i;
  }
  return depth > 0 ? std::optional<std::string>("has a '(' without its ')'") : std::nullopt;
}

}  // namespace hpsearch::storage

// UTF-8, read strictly: no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hpsearch {

// One character of a text. A byte that does not begin a valid sequence counts as one character by
// itself: valid is false and value is the byte.
struct CodePoint {
  char32_t value = 0;
  std::size_t size = 1;  // bytes
  bool valid = true;
};

// The character that begins at `offset`. Requires offset < text.size().
CodePoint code_point_at(std::string_view text, std::size_t offset);

// The number of characters, invalid bytes counted one by one.
std::size_t count_code_points(std::string_view text);

// True for what would steer a terminal or hide text in it: control characters, line separators,
// marks of writing direction, byte order marks.
bool is_control(char32_t character);

// A text of the user in a message: 'text', cut after 40 characters, control characters as '?', tabs
// as one space.
std::string in_quotes(std::string_view text);

inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace hpsearch

// Strict UTF-8: rejects overlong forms, surrogates and anything above U+10FFFF. All functions
// accept any bytes and are safe on any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hpsearch {

// One character of a text. A byte that does not begin a valid sequence counts as one character with
// valid == false and the byte as its value.
struct CodePoint {
  char32_t value = 0;
  std::size_t size = 1;  // bytes
  bool valid = true;
};

// The character that starts at `offset`. Requires offset < text.size().
CodePoint code_point_at(std::string_view text, std::size_t offset);

// The number of characters; each invalid byte counts as one.
std::size_t count_code_points(std::string_view text);

// False for the bytes of a character behind its first one.
constexpr bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

// The longest prefix of `text` of at most `bytes` bytes that does not cut a character in two.
std::string_view cut_utf8(std::string_view text, std::size_t bytes);

// True for characters that steer a terminal or hide text: control characters, line separators,
// directional marks and byte order marks.
bool is_control(char32_t character);

// User input, quoted for a message: 'text'. Keeps at most 40 characters, shows control characters
// and invalid bytes as ?, and tabs as a space.
std::string in_quotes(std::string_view text);

// ASCII letters in lower case; all other bytes stay. Independent of the locale, unlike
// std::tolower.
constexpr char lower_ascii(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
std::string lower_ascii(std::string_view text);

inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace hpsearch

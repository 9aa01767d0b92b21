#include "nn/base/utf8.h"

#include <algorithm>

namespace hpsearch {
namespace {

constexpr std::size_t kQuotedLength = 40;  // characters

}  // namespace

CodePoint code_point_at(std::string_view text, std::size_t offset) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[offset + i]); };
  const unsigned char first = byte(0);
  const CodePoint invalid{first, 1, false};
  if (first < 0x80) {
    return {first, 1, true};
  }
  // 0x80-0xBF are continuation bytes, 0xC0 and 0xC1 start overlong forms of ASCII, and 0xF5 and up
  // would encode values above U+10FFFF.
  const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() - offset < size) {
    return invalid;
  }
  char32_t value = first & (0x7Fu >> size);  // a lead byte of n ones and a zero: 7 - n bits
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) {
      return invalid;
    }
    value = value << 6 | (byte(i) & 0x3Fu);
  }
  const bool overlong = (size == 3 && value < 0x800) || (size == 4 && value < 0x10000);
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  return overlong || surrogate || value > 0x10FFFF ? invalid : CodePoint{value, size, true};
}

std::size_t count_code_points(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); i += code_point_at(text, i).size) {
    ++count;
  }
  return count;
}

std::string_view cut_utf8(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) {
    return text;
  }
  std::size_t end = 0;
  std::size_t next = code_point_at(text, 0).size;
  while (next <= bytes) {
    end = next;
    next += code_point_at(text, end).size;
  }
  return text.substr(0, end);
}

std::string lower_ascii(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) { return lower_ascii(c); });
  return lower;
}

bool is_control(char32_t c) {
  // C0, DEL and C1; LRM and RLM; line separators and embeddings; isolates; the byte order mark.
  return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x200E || c == 0x200F ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

std::string in_quotes(std::string_view text) {
  std::string shown = "'";
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++characters) {
    if (characters == kQuotedLength) {
      shown += "...";
      break;
    }
    const CodePoint c = code_point_at(text, i);
    if (c.value == U'\t') {
      shown += ' ';
    } else if (!c.valid || is_control(c.value)) {
      shown += '?';
    } else {
      shown += text.substr(i, c.size);
    }
    i += c.size;
  }
  return shown + "'";
}

}  // namespace hpsearch

#include "nn/data/level_key.h"

#include "nn/base/utf8.h"

namespace hpsearch::nn {
namespace {

char32_t lower(char32_t c) {
  const bool ascii = c >= U'A' && c <= U'Z';
  const bool latin = c >= 0xC0 && c <= 0xDE && c != 0xD7;
  const bool greek = c >= 0x391 && c <= 0x3A9 && c != 0x3A2;
  const bool cyrillic = c >= 0x410 && c <= 0x42F;
  return ascii || latin || greek || cyrillic ? c + 0x20 : c;
}

void append(std::string& text, char32_t c) {
  if (c < 0x80) {
    text += static_cast<char>(c);
  } else {
    text += static_cast<char>(0xC0 | (c >> 6));  // all letters above lie below U+0800
    text += static_cast<char>(0x80 | (c & 0x3F));
  }
}

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

}  // namespace

std::string level_key(std::string_view text) {
  std::string key;
  bool blank = false;
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (is_blank(text[i]) || text.substr(i, 2) == "\u00A0") {
      blank = !key.empty();
      i += byte < 0x80 ? 1 : 2;
      continue;
    }
    if (blank) {
      key += ' ';
      blank = false;
    }
    const CodePoint c = code_point_at(text, i);
    const char32_t small = c.valid ? lower(c.value) : c.value;
    if (c.valid && small != c.value) {
      append(key, small);
    } else {
      key += text.substr(i, c.size);
    }
    i += c.size;
  }
  return key;
}

}  // namespace hpsearch::nn

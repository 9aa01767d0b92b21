// Writes JSON directly as text, for the page: large arrays of numbers with few digits, and escaping
// for use inside HTML.
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>

namespace hpsearch::reports {

// Appends a number with `digits` significant digits; null if it is not finite.
inline void append_number(std::string& json, double value, int digits = 5) {
  if (std::isfinite(value)) {
    char text[64];  // room for 50 digits, sign, point and exponent
    const auto end = std::to_chars(text, text + sizeof(text), value, std::chars_format::general,
                                   std::min(digits, 50));
    json.append(text, end.ptr);
  } else {
    json += "null";
  }
}

// Appends [a,b,c]; `append(json, item)` writes one item.
template <class Items, class Append>
void append_array(std::string& json, const Items& items, Append append) {
  json += '[';
  bool first = true;
  for (const auto& item : items) {
    if (!std::exchange(first, false)) {
      json += ',';
    }
    append(json, item);
  }
  json += ']';
}

// Escapes JSON for use inside a <script>: nothing in it can end the element, or a line of
// JavaScript.
inline std::string for_html(std::string_view json) {
  std::string safe;
  safe.reserve(json.size());
  for (std::size_t i = 0; i < json.size(); ++i) {
    const std::string_view rest = json.substr(i);
    if (json[i] == '<') {
      safe += "\\u003c";
    } else if (rest.starts_with("\xE2\x80\xA8") || rest.starts_with("\xE2\x80\xA9")) {
      safe += rest[2] == '\xA8' ? "\\u2028" : "\\u2029";
      i += 2;
    } else {
      safe += json[i];
    }
  }
  return safe;
}

}  // namespace hpsearch::reports

#include "nn/base/python_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string_view>
#include <type_traits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "nn/base/utf8.h"

namespace hpsearch::nn {
namespace {

struct Style {
  std::string_view yes, no, none, nan, infinity;
};
constexpr Style kPython{"True", "False", "None", "nan", "inf"};
constexpr Style kJson{"true", "false", "null", "NaN", "Infinity"};

// repr(float): the shortest digits that read back, positional for exponents from -4 to 15.
std::string real_text(double number, const Style& style) {
  if (std::isnan(number)) {
    return std::string(style.nan);
  }
  if (std::isinf(number)) {
    return (number < 0.0 ? "-" : "") + std::string(style.infinity);
  }
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number,
                                 std::chars_format::scientific);
  const std::string_view text(buffer.data(), static_cast<std::size_t>(end.ptr - buffer.data()));
  const std::size_t e = text.find('e');
  const int exponent = std::atoi(std::string(text.substr(e + 1)).c_str());
  if (exponent < -4 || exponent >= 16) {
    return std::string(text);  // to_chars writes at least two digits of exponent, like Python
  }
  std::array<char, 64> fixed{};
  const auto fixed_end =
      std::to_chars(fixed.data(), fixed.data() + fixed.size(), number, std::chars_format::fixed);
  std::string digits(fixed.data(), fixed_end.ptr);
  return digits.find('.') == std::string::npos ? digits + ".0" : digits;
}

bool is_printable(char32_t c) {
  return c >= 0x20 && c != 0x7f && !(c >= 0x80 && c < 0xa1) && c != 0xad &&
         !(c >= 0xd800 && c < 0xe000) && c != 0x2028 && c != 0x2029 && c != 0xfeff;
}

std::string escaped(char32_t c) {
  switch (c) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      break;
  }
  const auto code = static_cast<unsigned>(c);
  return c < 0x100     ? fmt::format("\\x{:02x}", code)
         : c < 0x10000 ? fmt::format("\\u{:04x}", code)
                       : fmt::format("\\U{:08x}", code);
}

// repr(str): double quotes only around texts that have single ones and no double ones.
std::string quoted(const std::string& text) {
  const bool single = text.find('\'') == std::string::npos || text.find('"') != std::string::npos;
  const char quote = single ? '\'' : '"';
  std::string result(1, quote);
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint c = code_point_at(text, i);
    if (!c.valid) {
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[i]));
    } else if (c.value == static_cast<char32_t>(quote) || c.value == '\\') {
      result.append("\\").append(text, i, c.size);
    } else if (is_printable(c.value)) {
      result.append(text, i, c.size);
    } else {
      result += escaped(c.value);
    }
    i += c.size;
  }
  return result + quote;
}

std::string text_of(const Value& value, const Style& style);

std::string item_text(const std::string& text, const Style& style) {
  return &style == &kPython ? quoted(text) : ascii_json_text(nlohmann::json(text));
}

// A value inside of a list or a map, where texts stand in quotes.
std::string inner(const Value& value, const Style& style) {
  const auto* text = std::get_if<std::string>(&value);
  return text == nullptr ? text_of(value, style) : item_text(*text, style);
}

std::string text_of(const Value& value, const Style& style) {
  return std::visit(
      [&](const auto& v) -> std::string {
        using Type = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<Type, bool>) {
          return std::string(v ? style.yes : style.no);
        } else if constexpr (std::is_same_v<Type, std::int64_t>) {
          return std::to_string(v);
        } else if constexpr (std::is_same_v<Type, double>) {
          return real_text(v, style);
        } else if constexpr (std::is_same_v<Type, std::string>) {
          return v;
        } else if constexpr (std::is_same_v<Type, NullValue>) {
          return std::string(style.none);
        } else if constexpr (std::is_same_v<Type, ValueList>) {
          std::string text;
          for (const Value& item : v) {
            text.append(text.empty() ? "[" : ", ").append(inner(item, style));
          }
          return text.empty() ? "[]" : text + "]";
        } else {
          std::string text;
          for (const ValueEntry& entry : v) {
            text.append(text.empty() ? "{" : ", ")
                .append(item_text(entry.name, style))
                .append(": ")
                .append(inner(entry.value, style));
          }
          return text.empty() ? "{}" : text + "}";
        }
      },
      static_cast<const Value::variant&>(value));
}

}  // namespace

std::string python_str(const Value& value) {
  return text_of(value, kPython);
}

std::string python_json(const Value& value) {
  return inner(value, kJson);
}

}  // namespace hpsearch::nn

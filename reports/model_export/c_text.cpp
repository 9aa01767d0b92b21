#include "reports/model_export/c_text.h"

#include <cmath>

#include <fmt/format.h>

#include "reports/assets/assets.h"

namespace hpsearch::reports {
namespace {

constexpr std::size_t kLineWidth = 100;

// Shortest digits that read back, with what makes them a floating constant.
template <class Number>
std::string number_text(Number value) {
  std::string text = fmt::format("{}", value);
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

template <class Number>
std::vector<std::string> literals(std::span<const Number> values) {
  std::vector<std::string> items;
  for (const Number value : values) {
    items.push_back(c_number(value));
  }
  return items;
}

std::string escaped(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (c == '"' || c == '\\' || c == '\'' || c == '?') {  // ??= and its kin are trigraphs
    return {'\\', c};
  }
  if (byte < 0x20 || byte >= 0x7F) {
    return fmt::format("\\{:03o}", byte);
  }
  return {c};
}

}  // namespace

std::string c_number(double value) {
  return number_text(value);
}

std::string c_number(float value) {
  return number_text(value) + "f";
}

std::string c_quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    quoted += escaped(c);
  }
  return quoted + "\"";
}

std::string c_quoted(char c) {
  return c == '\0' ? "'\\0'" : "'" + escaped(c) + "'";
}

std::string c_comment(std::string_view text) {
  std::string plain;
  for (const char c : text) {
    const bool ends = c == '/' && plain.ends_with('*');
    const bool begins = c == '*' && plain.ends_with('/');
    plain += c < 0x20 || c > 0x7E || ends || begins ? '?' : c;
  }
  return plain;
}

std::string c_array(std::string_view declaration, const std::vector<std::string>& items) {
  std::string text = fmt::format("{} = {{", declaration);
  std::size_t line = kLineWidth;  // so that the first item begins one
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::size_t width = items[i].size() + 2;
    if (line + width > kLineWidth) {
      text += "\n   ";
      line = 3;
    }
    text += " " + items[i] + (i + 1 < items.size() ? "," : "");
    line += width;
  }
  return text + "};\n";
}

std::string c_numbers(std::string_view declaration, std::span<const double> values) {
  return c_array(declaration, literals(values));
}

std::string c_numbers(std::string_view declaration, std::span<const float> values) {
  return c_array(declaration, literals(values));
}

std::string c_list(std::string_view declaration, std::span<const std::string> texts) {
  std::vector<std::string> items;
  for (const std::string& text : texts) {
    items.push_back(c_quoted(std::string_view(text)));
  }
  items.emplace_back("NULL");
  return c_array(declaration, items);
}

std::string c_part(std::string_view name) {
  return "\n" + std::string(asset(fmt::format("model/{}.c", name)));
}

}  // namespace hpsearch::reports

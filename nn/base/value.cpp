#include "nn/base/value.h"

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

namespace hpsearch::nn {
namespace {

// YAML spells the special numbers with a leading point.
std::string real_to_text(double number) {
  if (std::isnan(number)) {
    return ".nan";
  }
  if (std::isinf(number)) {
    return number > 0 ? ".inf" : "-.inf";
  }
  std::array<char, 32> buffer{};
  const std::to_chars_result end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
  const std::string_view digits(buffer.data(), static_cast<std::size_t>(end.ptr - buffer.data()));
  // Without a point or an exponent, 3.0 would read back as the integer 3.
  const std::size_t e = digits.find('e');
  if (e == std::string_view::npos) {
    return std::string(digits) + (digits.find('.') == std::string_view::npos ? ".0" : "");
  }
  // to_chars writes 1e-05 and 1e+20; a person writes 1e-5 and 1e20.
  std::string_view exponent = digits.substr(e + 1);
  const std::string_view sign = exponent.front() == '-' ? "-" : "";
  exponent.remove_prefix(exponent.find_first_not_of("+-0"));
  return std::string(digits.substr(0, e + 1)).append(sign).append(exponent);
}

std::string list_to_text(const ValueList& list) {
  std::string text = "[";
  for (const Value& item : list) {
    text.append(text.size() > 1 ? ", " : "").append(to_text(item));
  }
  return text + "]";
}

std::string map_to_text(const ValueMap& map) {
  std::string text = "{";
  for (const ValueEntry& entry : map) {
    text.append(text.size() > 1 ? ", " : "").append(entry.name + ": " + to_text(entry.value));
  }
  return text + "}";
}

}  // namespace

bool Value::is_number() const {
  return std::holds_alternative<std::int64_t>(*this) || std::holds_alternative<double>(*this);
}

double Value::number() const {
  const std::int64_t* integer = std::get_if<std::int64_t>(this);
  return integer != nullptr ? static_cast<double>(*integer) : std::get<double>(*this);
}

std::string to_text(const Value& value) {
  if (const bool* truth = std::get_if<bool>(&value)) {
    return *truth ? "true" : "false";
  }
  if (const std::int64_t* integer = std::get_if<std::int64_t>(&value)) {
    return std::to_string(*integer);
  }
  if (const double* real = std::get_if<double>(&value)) {
    return real_to_text(*real);
  }
  if (const std::string* text = std::get_if<std::string>(&value)) {
    return *text;
  }
  if (const ValueMap* map = std::get_if<ValueMap>(&value)) {
    return map_to_text(*map);
  }
  return std::holds_alternative<NullValue>(value) ? "null"
                                                  : list_to_text(std::get<ValueList>(value));
}

}  // namespace hpsearch::nn

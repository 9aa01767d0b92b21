#include "runner/yaml/yaml_scalar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>
#include <optional>
#include <span>
#include <system_error>

#include <fmt/format.h>

namespace hpsearch::runner {
namespace {

constexpr std::array<std::string_view, 5> kNulls = {"", "~", "null", "Null", "NULL"};
constexpr std::array<std::string_view, 3> kTrue = {"true", "True", "TRUE"};
constexpr std::array<std::string_view, 3> kFalse = {"false", "False", "FALSE"};
constexpr std::array<std::string_view, 3> kInfinity = {".inf", ".Inf", ".INF"};
constexpr std::array<std::string_view, 3> kNotANumber = {".nan", ".NaN", ".NAN"};

bool is_one_of(std::string_view text, std::span<const std::string_view> words) {
  return std::ranges::find(words, text) != words.end();
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

ScalarError error(std::string_view text, std::string_view what) {
  return {fmt::format("{} {}", in_quotes(text), what)};
}

// The parts of a decimal number.
struct Decimal {
  std::string_view sign;
  std::string_view whole;
  std::string_view fraction;
  std::string_view exponent;  // including the 'e'
  bool has_point = false;

  bool is_integer() const { return !has_point && exponent.empty(); }
};

std::string_view take_digits(std::string_view& text) {
  const std::size_t count =
      static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
  const std::string_view digits = text.substr(0, count);
  text.remove_prefix(count);
  return digits;
}

std::string_view take_sign(std::string_view& text) {
  const std::size_t count = text.starts_with('+') || text.starts_with('-') ? 1 : 0;
  const std::string_view sign = text.substr(0, count);
  text.remove_prefix(count);
  return sign;
}

std::optional<Decimal> split_decimal(std::string_view text) {
  Decimal parts;
  parts.sign = take_sign(text);
  parts.whole = take_digits(text);
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    parts.has_point = true;
    parts.fraction = take_digits(text);
  }
  if (parts.whole.empty() && parts.fraction.empty()) {
    return std::nullopt;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    parts.exponent = text;
    text.remove_prefix(1);
    take_sign(text);
    if (take_digits(text).empty()) {
      return std::nullopt;
    }
  }
  return text.empty() ? std::optional(parts) : std::nullopt;
}

ScalarError leading_zeros(std::string_view text, const Decimal& parts) {
  const std::size_t zeros = std::min(parts.whole.find_first_not_of('0'), parts.whole.size() - 1);
  const std::string_view digits = parts.whole.substr(zeros);
  const std::string_view rest = text.substr(parts.sign.size() + parts.whole.size());
  std::string what = fmt::format("has leading zeros; write {}{}{}", parts.sign, digits, rest);
  const bool octal = parts.is_integer() && parts.sign.empty() &&
                     digits.find_first_of("89") == std::string_view::npos && digits != "0";
  // 21 octal digits are 63 bits; more may not fit.
  if (octal && digits.size() <= 21) {
    std::uint64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value, 8);
    what += fmt::format(", or 0o{} for octal {}", digits, value);
  }
  return error(text, what);
}

Scalar read_integer(std::string_view text, std::string_view digits, int base) {
  if (digits.starts_with('+')) {
    digits.remove_prefix(1);
  }
  std::int64_t value = 0;
  const char* end = digits.data() + digits.size();
  const std::from_chars_result result = std::from_chars(digits.data(), end, value, base);
  if (result.ec != std::errc{}) {
    return error(text, base == 10 ? "is too large for a whole number (64 bits); write it with a "
                                    "decimal point for a real number"
                                  : "is too large for a whole number (64 bits)");
  }
  return nn::Value(value);
}

Scalar read_real(std::string_view text, const Decimal& parts) {
  std::string_view digits = text;
  if (digits.starts_with('+')) {
    digits.remove_prefix(1);
  }
  double value = 0;
  const std::from_chars_result result =
      std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const auto has_digit = [](std::string_view d) { return d.find_first_not_of('0') < d.size(); };
  const bool is_zero = !has_digit(parts.whole) && !has_digit(parts.fraction);
  if (is_zero) {
    return nn::Value(parts.sign == "-" ? -0.0 : 0.0);  // whatever the exponent is
  }
  if (result.ec != std::errc{} || std::isinf(value) || value == 0) {
    const bool tiny = parts.exponent.empty() ? !has_digit(parts.whole) : parts.exponent[1] == '-';
    return error(text, tiny ? "is too small for a real number; write 0"
                            : "is too large for a real number; the largest is about 1e308");
  }
  return nn::Value(value);
}

Scalar read_decimal(std::string_view text, const Decimal& parts) {
  if (parts.whole.size() > 1 && parts.whole.front() == '0') {
    return leading_zeros(text, parts);
  }
  return parts.is_integer() ? read_integer(text, text, 10) : read_real(text, parts);
}

// 0x1F and 0o17.
std::optional<Scalar> read_based(std::string_view text) {
  const bool hexadecimal = text.starts_with("0x");
  if (text.size() < 3 || (!hexadecimal && !text.starts_with("0o"))) {
    return std::nullopt;
  }
  const std::string_view digits = text.substr(2);
  const std::string_view allowed = hexadecimal ? "0123456789abcdefABCDEF" : "01234567";
  if (digits.find_first_not_of(allowed) != std::string_view::npos) {
    return std::nullopt;
  }
  return read_integer(text, digits, hexadecimal ? 16 : 8);
}

// True for groups of three digits: 1,000,000.
bool has_thousands(std::string_view digits) {
  std::size_t group = digits.find(',');
  if (group == 0 || group > 3 || digits.find_first_not_of("0123456789,") < digits.size()) {
    return false;
  }
  while (group < digits.size()) {
    const std::size_t next = std::min(digits.find(',', group + 1), digits.size());
    if (next - group != 4) {
      return false;
    }
    group = next;
  }
  return true;
}

// Numbers with '_' or ',', which YAML 1.2 would silently read as text.
std::optional<ScalarError> foreign_number(std::string_view text) {
  const std::size_t first = text.find_first_not_of("+-");
  if (first > 1 || first >= text.size() || !is_digit(text[first])) {
    return std::nullopt;
  }
  std::string without;
  std::ranges::copy_if(text, std::back_inserter(without), [](char c) { return c != '_'; });
  if (without.size() < text.size()) {
    return split_decimal(without)
               ? std::optional(error(
                     text,
                     fmt::format("is not a number; write {}, or put it in quotes if it is text",
                                 without)))
               : std::nullopt;
  }
  std::string plain;
  std::string pointed = without;
  std::ranges::copy_if(text, std::back_inserter(plain), [](char c) { return c != ','; });
  std::ranges::replace(pointed, ',', '.');
  const auto commas = std::ranges::count(text, ',');
  const bool thousands = commas > 0 && has_thousands(text.substr(first)) && split_decimal(plain);
  const bool decimal = commas == 1 && split_decimal(pointed);
  if (!thousands && !decimal) {
    return std::nullopt;
  }
  const std::string remedy = thousands && decimal ? fmt::format("{} or {}", plain, pointed)
                             : thousands          ? plain
                                                  : pointed;
  return error(text,
               fmt::format("is not a number; write {}, or put it in quotes if it is text", remedy));
}

std::string_view kind_of(const nn::Value& value) {
  constexpr std::array<std::string_view, 7> kKinds = {
      "true or false", "a whole number", "a real number", "text", "a list", "null", "a map"};
  return kKinds[value.index()];
}

Scalar apply_tag(std::string_view tag, const YamlNode& node, Scalar scalar) {
  const nn::Value* value = std::get_if<nn::Value>(&scalar);
  if (std::holds_alternative<ScalarError>(scalar)) {
    return scalar;
  }
  if (tag == "null") {
    return value == nullptr ? scalar : error(node.text, "is not null; remove !!null");
  }
  const std::size_t wanted = tag == "bool" ? 0 : tag == "int" ? 1 : 2;
  if (value != nullptr && value->index() == wanted) {
    return scalar;
  }
  if (value != nullptr && wanted == 2 && value->is_number()) {
    return nn::Value(value->number());
  }
  return error(node.text, fmt::format("is {}, but tagged !!{}",
                                      value == nullptr ? "null" : kind_of(*value), tag));
}

}  // namespace

Scalar read_scalar(std::string_view text) {
  if (is_one_of(text, kNulls)) {
    return NullScalar{};
  }
  if (is_one_of(text, kTrue) || is_one_of(text, kFalse)) {
    return nn::Value(is_one_of(text, kTrue));
  }
  if (is_one_of(text, kNotANumber)) {
    return nn::Value(std::numeric_limits<double>::quiet_NaN());
  }
  std::string_view unsigned_text = text;
  const bool negative = take_sign(unsigned_text) == "-";
  if (is_one_of(unsigned_text, kInfinity)) {
    return nn::Value(negative ? -std::numeric_limits<double>::infinity()
                              : std::numeric_limits<double>::infinity());
  }
  if (const std::optional<Scalar> based = read_based(text)) {
    return *based;
  }
  if (const std::optional<Decimal> decimal = split_decimal(text)) {
    return read_decimal(text, *decimal);
  }
  if (std::optional<ScalarError> foreign = foreign_number(text)) {
    return *std::move(foreign);
  }
  return nn::Value(std::string(text));
}

Scalar read_scalar(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return NullScalar{};
    case YamlNode::Kind::kSequence:
      return ScalarError{"a list where a single value is expected"};
    case YamlNode::Kind::kMap:
      return ScalarError{"a map where a single value is expected"};
    case YamlNode::Kind::kScalar:
      break;
  }
  if (node.quoted || node.tag == "str") {
    return nn::Value(node.text);
  }
  return node.tag.empty() ? read_scalar(node.text)
                          : apply_tag(node.tag, node, read_scalar(node.text));
}

}  // namespace hpsearch::runner

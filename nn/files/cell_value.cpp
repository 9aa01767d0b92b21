#include "nn/files/cell_value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <string>
#include <system_error>

#include "nn/base/utf8.h"

namespace hpsearch::nn {
namespace {

constexpr double kNoNumber = std::numeric_limits<double>::quiet_NaN();
constexpr std::array<std::string_view, 13> kMissing{
    "NaN", "nan", "NA", "N/A", "n/a", "#N/A", "<NA>", "null", "NULL", "None", "none", "-", "?"};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_infinity(std::string_view text) {
  const std::string lower = lower_ascii(text);
  return lower == "inf" || lower == "infinity";
}

// The number that all of the text is. `text` has no sign.
CellValue read_unsigned(std::string_view text, double sign) {
  double value = 0.0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (stop != end) {
    return {CellValue::Kind::kText, kNoNumber};
  }
  if (error == std::errc::result_out_of_range) {
    // Too large and too small are one error; only the text tells them apart.
    const std::size_t exponent = text.find_first_of("eE");
    const bool tiny = exponent == std::string_view::npos ? text[0] == '0' || text[0] == '.'
                                                         : text.substr(exponent + 1, 1) == "-";
    return tiny ? CellValue{CellValue::Kind::kNumber, 0.0}
                : CellValue{CellValue::Kind::kTooLarge, kNoNumber};
  }
  return {CellValue::Kind::kNumber, sign * value};
}

}  // namespace

CellValue read_cell(std::string_view text) {
  if (text.empty()) {
    return {CellValue::Kind::kMissing, kNoNumber};
  }
  const double sign = text[0] == '-' ? -1.0 : 1.0;
  const std::string_view digits = text[0] == '-' || text[0] == '+' ? text.substr(1) : text;
  if (!digits.empty() && (is_digit(digits[0]) || digits[0] == '.' || digits[0] == ',')) {
    const CellValue value = read_unsigned(digits, sign);
    if (value.kind != CellValue::Kind::kText) {
      return value;
    }
    const std::size_t comma = digits.find(',');
    if (comma != std::string_view::npos && digits.find('.') == std::string_view::npos) {
      std::string with_point(digits);
      with_point[comma] = '.';
      if (read_unsigned(with_point, sign).kind == CellValue::Kind::kNumber) {
        return {CellValue::Kind::kDecimalComma, kNoNumber};
      }
    }
    return {CellValue::Kind::kText, kNoNumber};
  }
  if (std::find(kMissing.begin(), kMissing.end(), text) != kMissing.end()) {
    return {CellValue::Kind::kMissing, kNoNumber};
  }
  if (is_infinity(digits)) {
    return {CellValue::Kind::kTooLarge, kNoNumber};
  }
  return {CellValue::Kind::kText, kNoNumber};
}

}  // namespace hpsearch::nn

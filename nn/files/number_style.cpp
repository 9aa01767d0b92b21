#include "nn/files/number_style.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <limits>
#include <system_error>
#include <utility>

#include "nn/base/utf8.h"
#include "nn/files/short_number.h"

namespace hpsearch::nn {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::size_t kLongestUnit = 12;  // bytes

struct Form {
  char point;
  char group;
};
constexpr std::array<Form, kStyles> kForms{Form{'.', '\0'}, {'.', ','}, {'.', ' '}, {'.', '\''},
                                           {',', '\0'},     {',', '.'}, {',', ' '}, {',', '\''}};
constexpr Readings kAllReadings = 0xFF;

constexpr std::array<std::string_view, 32> kCurrencies{
    "US$", "A$",  "C$",  "R$",  "$",   "€",   "£",   "¥",   "₹",   "₽", "₩",
    "₺",   "₪",   "฿",   "₫",   "zł",  "kr",  "Rs",  "USD", "EUR", "GBP", "JPY",
    "CHF", "CNY", "INR", "AUD", "CAD", "SEK", "NOK", "DKK", "PLN", "BRL"};

constexpr std::array kReplaced{std::pair{"\u00A0", ' '}, std::pair{"\u202F", ' '},
                               std::pair{"\u2009", ' '}, std::pair{"\u2019", '\''},
                               std::pair{"\u2212", '-'}};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// A text taken apart: its sign, its digits with what stands between them, and its unit.
struct Parts {
  bool negative = false;
  std::string digits;  // with points, commas, spaces and apostrophes, without an exponent
  std::string exponent;
  std::string unit;
};

void trim(std::string_view& text) {
  while (!text.empty() && text.front() == ' ') {
    text.remove_prefix(1);
  }
  while (!text.empty() && text.back() == ' ') {
    text.remove_suffix(1);
  }
}

// Spaces, apostrophes and minus signs of typography as ASCII has them.
std::string in_ascii(std::string_view text) {
  std::string plain(text);
  for (const auto& [from, to] : kReplaced) {
    for (std::size_t at = 0; (at = plain.find(from, at)) != std::string::npos; ++at) {
      plain.replace(at, std::string_view(from).size(), 1, to);
    }
  }
  return plain;
}

void take_sign(std::string_view& text, bool& negative, bool& signed_already) {
  if (!signed_already && !text.empty() && (text.front() == '-' || text.front() == '+')) {
    negative = negative != (text.front() == '-');
    signed_already = true;
    text.remove_prefix(1);
    trim(text);
  }
}

// Letters, % and the signs of degrees and powers.
bool is_unit(std::string_view text) {
  if (text.empty() || text.size() > kLongestUnit) {
    return false;
  }
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return std::isalpha(byte) != 0 || byte >= 0x80 || c == '%' || c == '/' || c == '$';
  });
}

std::optional<Parts> take_apart(std::string_view text) {
  Parts parts;
  trim(text);
  if (text.size() > 2 && text.front() == '(' && text.back() == ')') {
    parts.negative = true;
    text = text.substr(1, text.size() - 2);
    trim(text);
  }
  bool is_signed = parts.negative;
  take_sign(text, parts.negative, is_signed);
  for (const std::string_view currency : kCurrencies) {
    if (text.starts_with(currency)) {
      parts.unit = currency;
      text.remove_prefix(currency.size());
      trim(text);
      break;
    }
  }
  take_sign(text, parts.negative, is_signed);
  std::size_t end = 0;
  bool digits = false;
  for (; end < text.size(); ++end) {
    const char c = text[end];
    const bool between = (c == ' ' || c == '\'') && end > 0 && end + 1 < text.size() &&
                         is_digit(text[end - 1]) && is_digit(text[end + 1]);
    if (!is_digit(c) && c != '.' && c != ',' && !between) {
      break;
    }
    digits = digits || is_digit(c);
  }
  if (!digits) {
    return std::nullopt;
  }
  parts.digits = text.substr(0, end);
  text.remove_prefix(end);
  if (!text.empty() && (text.front() == 'e' || text.front() == 'E')) {
    std::size_t behind = text.size() > 1 && (text[1] == '-' || text[1] == '+') ? 2 : 1;
    const std::size_t first = behind;
    while (behind < text.size() && is_digit(text[behind])) {
      ++behind;
    }
    if (behind > first) {
      parts.exponent = "e" + std::string(text.substr(1, behind - 1));
      text.remove_prefix(behind);
    }
  }
  trim(text);
  if (!text.empty()) {
    if (!is_unit(text)) {
      return std::nullopt;
    }
    parts.unit += text;
  }
  return parts;
}

// Groups of three digits behind a first one of one to three without a leading 0; or, as in India,
// of two but the last.
bool are_groups(std::string_view digits, char group) {
  std::size_t groups = 0;
  bool all_three = true;
  bool all_two = true;
  while (true) {
    const std::size_t end = std::min(digits.find(group), digits.size());
    const bool last = end == digits.size();
    if (!std::all_of(digits.begin(), digits.begin() + static_cast<std::ptrdiff_t>(end), is_digit)) {
      return false;
    }
    if (groups == 0) {
      if (last) {
        return true;  // no group at all
      }
      const bool leads = end >= 1 && digits.front() != '0';
      all_three = leads && end <= 3;
      all_two = leads && end <= 2;
    } else {
      all_three = all_three && end == 3;
      all_two = all_two && end == (last ? 3U : 2U);
    }
    ++groups;
    if (last) {
      return all_three || (all_two && groups > 2);
    }
    digits.remove_prefix(end + 1);
  }
}

bool fits(std::string_view digits, Form form) {
  const std::size_t point = digits.rfind(form.point);
  const std::string_view whole = digits.substr(0, point);
  if (point != std::string_view::npos) {
    const std::string_view decimals = digits.substr(point + 1);
    if (!std::all_of(decimals.begin(), decimals.end(), is_digit) ||
        (whole.empty() && decimals.empty())) {
      return false;
    }
  }
  return form.group == '\0' ? std::all_of(whole.begin(), whole.end(), is_digit)
                            : are_groups(whole, form.group);
}

Readings readings_of(std::string_view digits) {
  Readings readings = 0;
  for (std::size_t i = 0; i < kStyles; ++i) {
    readings =
        static_cast<Readings>(readings | static_cast<unsigned>(fits(digits, kForms[i])) << i);
  }
  return readings;
}

bool is_infinity(std::string_view text) {
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    text.remove_prefix(1);
  }
  const std::string lower = lower_ascii(text);
  return lower == "inf" || lower == "infinity";
}

// `plain`: unsigned digits with at most one point and an exponent.
double value_of(std::string_view plain) {
  double value = 0.0;
  const char* end = plain.data() + plain.size();
  if (std::from_chars(plain.data(), end, value).ec == std::errc::result_out_of_range) {
    // Too large and too small are one error; only the text tells them apart.
    const std::size_t exponent = plain.find('e');
    const bool tiny = exponent == std::string_view::npos ? plain[0] == '0' || plain[0] == '.'
                                                         : plain.substr(exponent + 1, 1) == "-";
    return tiny ? 0.0 : kInfinity;
  }
  return value;
}

double value_of(const Parts& parts, Form form) {
  std::string plain;
  for (const char c : parts.digits) {
    if (c == form.point) {
      plain += '.';
    } else if (is_digit(c)) {
      plain += c;
    }
  }
  const double value = value_of(plain + parts.exponent);
  return parts.negative ? -value : value;
}

bool has_high_bytes(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

std::optional<Parts> parts_of(std::string_view text) {
  return has_high_bytes(text) ? take_apart(in_ascii(text)) : take_apart(text);
}

// Can this begin a number? Most texts cannot, which saves the rest of the work.
bool may_be_number(std::string_view text) {
  return std::any_of(text.begin(), text.end(), is_digit);
}

}  // namespace

NumberStyle number_style(std::size_t index) {
  return {kForms[index].point, kForms[index].group, ""};
}

NumberCell inspect_number(std::string_view text) {
  if (!text.empty() && std::all_of(text.begin(), text.end(), is_digit) && text.size() < 300) {
    return {kAllReadings, "", false};
  }
  if (is_infinity(text)) {
    return {kAllReadings, "", true};
  }
  const std::optional<Parts> parts = may_be_number(text) ? parts_of(text) : std::nullopt;
  if (!parts) {
    return {};
  }
  NumberCell cell{readings_of(parts->digits), parts->unit, false};
  for (std::size_t i = 0; i < kStyles && !cell.infinite; ++i) {
    if ((cell.readings >> i & 1U) != 0 && (!parts->exponent.empty() || text.size() > 300)) {
      const double value = value_of(*parts, kForms[i]);
      cell.infinite = value == kInfinity || value == -kInfinity;
    }
  }
  return cell;
}

Readings number_readings(std::string_view text) {
  const NumberCell cell = inspect_number(text);
  return cell.unit.empty() && !cell.infinite ? cell.readings : Readings{0};
}

bool is_currency(std::string_view unit) {
  return std::find(kCurrencies.begin(), kCurrencies.end(), unit) != kCurrencies.end();
}

std::optional<double> read_number(std::string_view text, const NumberStyle& style) {
  if (style.point == '.' && (style.unit.empty() || is_currency(style.unit)) && !text.empty()) {
    if (const auto number = read_short_number(text)) {
      return number;
    }
    const bool minus = text.front() == '-';
    const std::string_view digits = minus || text.front() == '+' ? text.substr(1) : text;
    double value = 0.0;
    if (!digits.empty() && (is_digit(digits[0]) || digits[0] == '.')) {
      const auto [stop, error] =
          std::from_chars(digits.data(), digits.data() + digits.size(), value);
      if (error == std::errc() && stop == digits.data() + digits.size()) {
        return minus ? -value : value;
      }
    }
  }
  if (is_infinity(text)) {
    return text.front() == '-' ? -kInfinity : kInfinity;
  }
  const std::optional<Parts> parts = may_be_number(text) ? parts_of(text) : std::nullopt;
  const Form form{style.point, style.group};
  if (!parts || !fits(parts->digits, form) ||
      (parts->unit != style.unit && !(parts->unit.empty() && is_currency(style.unit)))) {
    return std::nullopt;
  }
  return value_of(*parts, form);
}

}  // namespace hpsearch::nn

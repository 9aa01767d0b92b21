#include "reports/sweep/params_text.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>

#include "search/space/space.h"

namespace hpsearch::reports {
namespace {

// What JSON calls a number: a minus, digits without a leading zero, a fraction, an exponent.
// Empty: something else.
std::string_view number_at(std::string_view text) {
  std::size_t at = 0;
  auto digits = [&] {
    const std::size_t from = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') {
      ++at;
    }
    return at - from;
  };
  at += text.starts_with('-') ? 1U : 0U;
  const std::size_t first = at;
  const std::size_t whole = digits();
  if (whole == 0 || (whole > 1 && text[first] == '0')) {
    return {};
  }
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (digits() == 0) {
      return {};
    }
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    at += at < text.size() && (text[at] == '-' || text[at] == '+') ? 1U : 0U;
    if (digits() == 0) {
      return {};
    }
  }
  return text.substr(0, at);
}

std::optional<nn::Value> to_value(std::string_view number) {
  const char* const end = number.data() + number.size();
  if (number.find_first_of(".eE") == std::string_view::npos) {
    std::int64_t value = 0;
    return std::from_chars(number.data(), end, value).ec == std::errc()
               ? std::optional(nn::Value(value))
               : std::nullopt;
  }
  double value = 0.0;
  return std::from_chars(number.data(), end, value).ec == std::errc()
             ? std::optional(nn::Value(value))
             : std::nullopt;
}

// Empty for everything but {"name":number,...} without spaces, as it is stored.
std::optional<search::ParamSet> read_numbers(std::string_view text) {
  search::ParamSet params;
  if (text == "{}") {
    return params;
  }
  char before = '{';
  while (text.size() > 1 && text[0] == before && text[1] == '"') {
    const std::size_t close = text.find('"', 2);
    if (close == std::string_view::npos || !text.substr(close).starts_with("\":")) {
      return std::nullopt;
    }
    const std::string_view name = text.substr(2, close - 2);
    // ASCII without escapes: nothing in it that a parser would refuse or change.
    for (const char c : name) {
      if (c == '\\' || c < ' ' || c > '~') {
        return std::nullopt;
      }
    }
    text.remove_prefix(close + 2);
    const std::string_view number = number_at(text);
    const auto value = to_value(number);
    if (!value) {
      return std::nullopt;
    }
    const std::size_t before_this = params.size();
    params.emplace_hint(params.end(), name, *value);  // they are stored in order
    if (params.size() == before_this) {
      return std::nullopt;  // a name twice
    }
    text.remove_prefix(number.size());
    before = ',';
  }
  return text == "}" && before == ',' ? std::optional(std::move(params)) : std::nullopt;
}

}  // namespace

search::ParamSet read_params(std::string_view params_json) {
  auto params = read_numbers(params_json);
  return params ? *std::move(params) : search::parse_params_json(params_json);
}

}  // namespace hpsearch::reports

// Which values a setting takes, and how a message says so.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "nn/settings/hidden_widths.h"
#include "nn/settings/settings.h"

namespace hpsearch::nn {
namespace {

using Type = SettingInfo::Type;

// The range as a message says it after "a number".
std::string range_text(const SettingInfo& s) {
  if (s.max == SettingInfo::kUnbounded) {
    return s.open_min ? fmt::format("above {:g}", s.min) : fmt::format("of {:g} or more", s.min);
  }
  if (s.open_min) {
    return fmt::format("above {:g} {} {:g}", s.min, s.open_max ? "and below" : "and up to", s.max);
  }
  return fmt::format("from {:.0f} to {}{:.0f}", s.min, s.open_max ? "less than " : "", s.max);
}

bool in_range(const SettingInfo& s, double x) {
  return std::isfinite(x) && x >= s.min && x <= s.max && !(s.open_min && x == s.min) &&
         !(s.open_max && x == s.max);
}

bool is_choice(const SettingInfo& s, const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  const auto words = words_of(s.choices);
  return text != nullptr && std::find(words.begin(), words.end(), *text) != words.end();
}

// What a value may be, as it follows "must be".
std::string expected(const SettingInfo& s) {
  const std::string words = s.choices.empty() || s.type == Type::kChoice
                                ? ""
                                : fmt::format("{}, or ", fmt::join(words_of(s.choices), ", "));
  switch (s.type) {
    case Type::kReal:
      return fmt::format("{}a number {}", words, range_text(s));
    case Type::kInteger:
      return fmt::format("{}a whole number {}", words, range_text(s));
    case Type::kBool:
      return "true or false";
    case Type::kChoice: {
      const auto all = words_of(s.choices);
      return fmt::format("{}{}", all.size() > 1 ? "one of " : "", fmt::join(all, ", "));
    }
    case Type::kClassWeights:
      return words + "a list of positive numbers, one per class";
    case Type::kWidths:
      break;
  }
  return fmt::format("a list of at most {} widths, such as [256, 128]", kMaxLayers);
}

bool all_of_list(const Value& value, auto valid) {
  const auto* list = std::get_if<ValueList>(&value);
  return list != nullptr && std::all_of(list->begin(), list->end(), valid);
}

// True if the setting takes this value, or takes it as the value of one layer.
bool is_valid(const SettingInfo& s, const Value& value) {
  switch (s.type) {
    case Type::kReal:
      return is_choice(s, value) || (value.is_number() && in_range(s, value.number()));
    case Type::kInteger:
      return is_choice(s, value) ||
             (std::holds_alternative<std::int64_t>(value) && in_range(s, value.number()));
    case Type::kBool:
      return std::holds_alternative<bool>(value);
    case Type::kChoice:
      return is_choice(s, value);
    case Type::kClassWeights:
      return is_choice(s, value) || (all_of_list(value,
                                                 [&](const Value& v) {
                                                   return v.is_number() && in_range(s, v.number());
                                                 }) &&
                                     !std::get<ValueList>(value).empty());
    case Type::kWidths:
      break;
  }
  return all_of_list(value,
                     [&](const Value& v) {
                       return std::holds_alternative<std::int64_t>(v) && in_range(s, v.number());
                     }) &&
         std::get<ValueList>(value).size() <= static_cast<std::size_t>(kMaxLayers);
}

}  // namespace

std::optional<std::string> why_invalid(const SettingInfo& s, const Value& value) {
  const bool list = s.per_layer && std::holds_alternative<ValueList>(value);
  const bool valid = list ? all_of_list(value, [&](const Value& v) { return is_valid(s, v); })
                          : is_valid(s, value);
  if (valid) {
    return std::nullopt;
  }
  return fmt::format("must be {}{}; found {}", expected(s),
                     list ? ", or a list of these, one per hidden layer" : "", to_text(value));
}

}  // namespace hpsearch::nn

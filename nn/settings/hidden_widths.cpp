#include "nn/settings/hidden_widths.h"

#include <charconv>
#include <map>

#include <fmt/format.h>

namespace hpsearch::nn {
namespace {

int to_int(const Value& value) {
  return static_cast<int>(std::get<std::int64_t>(value));
}

// The widths of layers 1 to `depth`.
std::vector<int> numbered_widths(const std::map<int, int>& by_number, int depth) {
  std::vector<int> widths;
  for (const auto& [n, width] : by_number) {
    if (n > depth) {
      break;
    }
    if (n != static_cast<int>(widths.size()) + 1) {
      throw SettingError(
          fmt::format("hidden{}", n),
          fmt::format("'hidden{}' is set but 'hidden{}' is missing; number the layers without gaps",
                      n, widths.size() + 1));
    }
    widths.push_back(width);
  }
  return widths;
}

}  // namespace

int layer_number(std::string_view name) {
  constexpr std::string_view kPrefix = "hidden";
  if (!name.starts_with(kPrefix)) {
    return 0;
  }
  const std::string_view digits = name.substr(kPrefix.size());
  int n = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
  // One spelling per number: from_chars would also take hidden01 and hidden-1.
  const bool plain = !digits.empty() && digits.front() >= '1' && digits.front() <= '9';
  return plain && error == std::errc() && end == digits.data() + digits.size() && n <= kMaxLayers
             ? n
             : 0;
}

std::vector<int> hidden_widths(const SettingMap& values, std::vector<int> fallback) {
  std::map<int, int> by_number;  // the map of values sorts hidden10 before hidden2
  std::string first_numbered;    // by name, for messages
  for (const auto& [name, value] : values) {
    if (const int n = layer_number(name); n > 0) {
      first_numbered = first_numbered.empty() ? name : first_numbered;
      by_number[n] = to_int(value);
    }
  }
  const auto list = values.find("hidden");
  const auto layers = values.find("hidden_layers");
  const auto units = values.find("hidden_units");
  const auto none = values.end();
  const auto refuse_both = [](const std::string& one, const std::string& other) {
    throw SettingError(
        other, fmt::format("'{}' and '{}' both define the hidden layers; use only one of hidden, "
                           "hidden_layers with hidden_units, or hidden1, hidden2, ...",
                           one, other));
  };
  if (list != none) {
    if (!by_number.empty() || layers != none || units != none) {
      refuse_both("hidden", !by_number.empty() ? first_numbered
                            : layers != none   ? "hidden_layers"
                                               : "hidden_units");
    }
    std::vector<int> widths;
    for (const Value& v : std::get<ValueList>(list->second)) {
      widths.push_back(to_int(v));
    }
    return widths;
  }
  if (units != none && !by_number.empty()) {
    refuse_both("hidden_units", first_numbered);
  }
  if (units != none && layers == none) {
    throw SettingError("hidden_units", "'hidden_units' also needs 'hidden_layers'");
  }
  if (layers == none) {
    return by_number.empty() ? std::move(fallback)
                             : numbered_widths(by_number, by_number.rbegin()->first);
  }
  const int depth = to_int(layers->second);
  if (!by_number.empty()) {
    if (depth > by_number.rbegin()->first) {
      throw SettingError("hidden_layers",
                         fmt::format("'hidden_layers' is {}, but there is no 'hidden{}'; give each "
                                     "layer a width, or all of them 'hidden_units'",
                                     depth, by_number.rbegin()->first + 1));
    }
    return numbered_widths(by_number, depth);
  }
  if (units == none && depth > 0) {
    throw SettingError("hidden_layers", "'hidden_layers' also needs 'hidden_units'");
  }
  return std::vector<int>(static_cast<std::size_t>(depth),
                          units == none ? 0 : to_int(units->second));
}

}  // namespace hpsearch::nn

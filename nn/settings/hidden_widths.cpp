#include "nn/settings/hidden_widths.h"

#include <charconv>
#include <map>

#include <fmt/format.h>

namespace hpsearch::nn {
namespace {

int to_int(const Value& value) {
  return static_cast<int>(std::get<std::int64_t>(value));
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
  // One name of each way that occurs, for the message.
  const std::string* list = nullptr;
  const std::string* uniform = nullptr;
  const std::string* numbered = nullptr;
  for (const auto& [name, value] : values) {
    if (name == "hidden") {
      list = &name;
    } else if (name == "hidden_layers" || name == "hidden_units") {
      uniform = &name;
    } else if (const int n = layer_number(name); n > 0) {
      numbered = &name;
      by_number[n] = to_int(value);
    }
  }
  const int forms = (list != nullptr) + (uniform != nullptr) + (numbered != nullptr);
  if (forms > 1) {
    const std::string& second = numbered != nullptr ? *numbered : *uniform;
    throw SettingError(
        second, fmt::format("'{}' and '{}' both define the hidden layers; use only one of hidden, "
                            "hidden_layers with hidden_units, or hidden1, hidden2, ...",
                            list != nullptr ? *list : *uniform, second));
  }
  if (list != nullptr) {
    std::vector<int> widths;
    for (const Value& v : std::get<ValueList>(values.at(*list))) {
      widths.push_back(to_int(v));
    }
    return widths;
  }
  if (uniform != nullptr) {
    const auto layers = values.find("hidden_layers");
    const auto units = values.find("hidden_units");
    if (layers == values.end() || units == values.end()) {
      throw SettingError(*uniform,
                         fmt::format("'{}' also needs '{}'", *uniform,
                                     layers == values.end() ? "hidden_layers" : "hidden_units"));
    }
    return std::vector<int>(static_cast<std::size_t>(to_int(layers->second)),
                            to_int(units->second));
  }
  if (numbered == nullptr) {
    return fallback;
  }
  std::vector<int> widths;
  for (const auto& [n, width] : by_number) {
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

}  // namespace hpsearch::nn

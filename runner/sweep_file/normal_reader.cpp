#include "runner/sweep_file/normal_reader.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "runner/sweep_file/setting_value.h"

namespace hpsearch::runner {

std::optional<double> read_bound(MapReader& map,
                                 const nn::SettingInfo& setting,
                                 std::string_view key,
                                 std::vector<Diagnostic>& diagnostics) {
  nn::SettingInfo number = setting;
  number.choices = "";  // words that can replace a number are not valid bounds
  const auto value = read_setting(number, *map.take(key), std::string(key), diagnostics);
  return value ? std::optional(value->number()) : std::nullopt;
}

std::optional<search::Normal> read_normal(MapReader& map,
                                          const nn::SettingInfo& setting,
                                          const std::string& name,
                                          bool logarithmic,
                                          std::vector<Diagnostic>& diagnostics) {
  search::Normal normal;
  normal.logarithmic = logarithmic;
  normal.integer = setting.type == nn::SettingInfo::Type::kInteger;
  normal.mu = map.real("mu").value_or(normal.mu);
  normal.sigma = map.real("sigma", {.min = 0.0, .min_bound = Bound::kExcluded}).value_or(1.0);
  normal.low = setting.open_min ? std::nextafter(setting.min, setting.min + 1.0) : setting.min;
  normal.high = setting.open_max ? std::nextafter(setting.max, setting.max - 1.0) : setting.max;
  if (map.has("min")) {
    normal.low = read_bound(map, setting, "min", diagnostics).value_or(normal.low);
  }
  if (map.has("max")) {
    normal.high = read_bound(map, setting, "max", diagnostics).value_or(normal.high);
  }
  if (logarithmic) {
    normal.low = std::max(normal.low, 0.0);
  }
  if (normal.low >= normal.high) {
    map.error("max", fmt::format("the range of '{}' is empty: max {} is not above min {}", name,
                                 normal.high, normal.low));
    return std::nullopt;
  }
  // Far out in a tail the quartiles round to the same number: nothing is left to sample.
  if (search::value_at(normal, 0.25) == search::value_at(normal, 0.75) && !normal.integer) {
    map.error("mu",
              fmt::format("almost none of this distribution lies between {} and {}, the range of "
                          "'{}'; for log_normal, mu and sigma describe the logarithm",
                          normal.low, normal.high, name));
    return std::nullopt;
  }
  if (logarithmic && !std::isfinite(search::value_at(normal, 1.0).number())) {
    map.error(map.has("sigma") ? "sigma" : "mu",
              fmt::format("log_normal with mu {} and sigma {} reaches beyond the largest number; "
                          "both describe the logarithm of '{}': write smaller ones, or a max",
                          normal.mu, normal.sigma, name));
    return std::nullopt;
  }
  return normal;
}

}  // namespace hpsearch::runner

#include "runner/sweep_file/parameter_reader.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <string_view>

#include <fmt/format.h>

#include "runner/sweep_file/key_tables.h"
#include "runner/sweep_file/normal_reader.h"
#include "runner/sweep_file/parameter_forms.h"
#include "runner/sweep_file/setting_value.h"
#include "runner/yaml/yaml_reader.h"

namespace hpsearch::runner {
namespace {

using Type = nn::SettingInfo::Type;

constexpr double kSumSlack = 1e-6;                       // for sums of rounded probabilities
constexpr double kMaxExactInteger = 9007199254740992.0;  // 2^53

// The names of `distribution`, which are those of Weights & Biases.
struct DistributionRow {
  std::string_view name;
  bool logarithmic;
  bool quantised;
  bool integer;
};
constexpr std::array kNumericDistributions{
    DistributionRow{"uniform", false, false, false},
    DistributionRow{"log_uniform_values", true, false, false},
    DistributionRow{"inv_log_uniform_values", true, false, false},  // the same law
    DistributionRow{"int_uniform", false, false, true},
    DistributionRow{"q_uniform", false, true, false},
    DistributionRow{"q_log_uniform_values", true, true, false},
};

class ParameterReader {
 public:
  ParameterReader(const nn::SettingInfo& setting,
                  const YamlEntry& entry,
                  std::vector<Diagnostic>& diagnostics)
      : setting_(setting),
        entry_(entry),
        diagnostics_(diagnostics),
        map_(entry.value, entry.key, diagnostics, parameter_keys()) {}

  std::optional<search::Parameter> read() {
    search::Parameter parameter{entry_.key, {}};
    map_.take("when");
    if (refuse_form(map_, setting_, entry_, diagnostics_)) {
      ignore_rest();
      return std::nullopt;
    }
    auto distribution = read_distribution();
    const auto* range = distribution ? std::get_if<search::Numeric>(&*distribution) : nullptr;
    if (range != nullptr) {
      read_extent(*range, parameter);
    } else if (distribution) {
      if (std::holds_alternative<search::Normal>(*distribution)) {
        read_grid(parameter);
      } else {
        refuse({"grid"}, "min and max");
      }
      refuse({"limits"}, "min and max");
    }
    if (distribution && !std::holds_alternative<search::Categorical>(*distribution)) {
      refuse({"probabilities", "ordered"}, "values");
    }
    if (distribution && !std::holds_alternative<search::Normal>(*distribution)) {
      refuse({"mu", "sigma"}, "distribution: normal or log_normal");
    }
    if (!distribution) {
      ignore_rest();
      return std::nullopt;
    }
    parameter.distribution = *std::move(distribution);
    return parameter;
  }

 private:
  // Refuses keys that belong to another form of parameter.
  void refuse(std::initializer_list<const char*> keys, std::string_view goes_with) {
    for (const char* key : keys) {
      if (map_.has(key)) {
        map_.error(key, fmt::format("'{}' needs {}", key, goes_with));
      }
      map_.take(key);
    }
  }

  void read_grid(search::Parameter& parameter) {
    parameter.grid = static_cast<int>(map_.integer("grid").value_or(0));
  }

  // Reads the points of a grid, and the limits to which later stages may widen the range.
  void read_extent(const search::Numeric& range, search::Parameter& parameter) {
    read_grid(parameter);
    // An open bound is not a value, so widening covers at most nine tenths of the way to it.
    parameter.limit_low = setting_.open_min && !range.logarithmic
                              ? std::min(range.low, setting_.min + (range.low - setting_.min) / 10)
                              : setting_.min;
    parameter.limit_high = setting_.max;
    const YamlNode* node = map_.list("limits");
    if (node == nullptr) {
      return;
    }
    std::vector<double> limits;
    for (const YamlNode& item : node->items) {
      if (const auto value = read_setting(setting_, item, "limits", diagnostics_)) {
        limits.push_back(value->number());
      } else {
        return;
      }
    }
    if (limits.size() != 2 || limits[0] > range.low || limits[1] < range.high) {
      map_.error("limits",
                 fmt::format("'limits' of '{}' must be [lowest, highest], around min {} and max {}",
                             entry_.key, nn::to_text(number(range, range.low)),
                             nn::to_text(number(range, range.high))));
      return;
    }
    parameter.limit_low = limits[0];
    parameter.limit_high = limits[1];
  }

  std::optional<search::Distribution> read_distribution() {
    const YamlNode* distribution = map_.take("distribution");
    std::optional<std::string> name;
    if (distribution != nullptr) {
      name = read_name(*distribution, "distribution", network_distributions(), diagnostics_);
      if (!name) {
        ignore_rest();
        return std::nullopt;
      }
    }
    if (name == "categorical_w_probabilities" && map_.has("probabilities")) {
      name = "categorical";
    }
    if (map_.has("values") || name == "categorical") {
      return read_values(name);
    }
    if (map_.has("value") || name == "constant") {
      return read_value(name);
    }
    if (name != "normal" && name != "log_normal") {
      return read_range(name);
    }
    if (!require_number("distribution")) {
      return std::nullopt;
    }
    const auto normal = read_normal(map_, setting_, entry_.key, name == "log_normal", diagnostics_);
    return normal ? std::optional<search::Distribution>(*normal) : std::nullopt;
  }

  // After an error that makes the other keys meaningless: accepts them unread.
  void ignore_rest() { map_.take_rest(); }

  bool fits(const std::optional<std::string>& name, std::string_view needed, std::string_view key) {
    if (name && *name != needed) {
      map_.error("distribution",
                 fmt::format("'{}' needs distribution: {}, or none; found {}", key, needed, *name));
      ignore_rest();
      return false;
    }
    return true;
  }

  std::optional<search::Distribution> read_value(const std::optional<std::string>& name) {
    const YamlNode* node = map_.require("value");
    if (node == nullptr || !fits(name, "constant", "value")) {
      return std::nullopt;
    }
    if (auto value = read_setting(setting_, *node, entry_.key, diagnostics_)) {
      return search::Fixed{*value};
    }
    return std::nullopt;
  }

  std::optional<search::Distribution> read_values(const std::optional<std::string>& name) {
    const YamlNode* node = map_.list("values");
    if (node == nullptr) {
      if (!map_.has("values")) {
        map_.error("values", fmt::format("'{}' needs 'values', a list", entry_.key));
      }
      return std::nullopt;
    }
    if (!fits(name, "categorical", "values")) {
      return std::nullopt;
    }
    if (node->items.empty()) {
      map_.error("values", fmt::format("'values' of '{}' is empty; list at least one", entry_.key));
      return std::nullopt;
    }
    search::Categorical categorical;
    for (const YamlNode& item : node->items) {
      if (auto value = read_setting(setting_, item, entry_.key, diagnostics_)) {
        if (std::find(categorical.values.begin(), categorical.values.end(), *value) !=
            categorical.values.end()) {
          diagnostics_.push_back({item.position, fmt::format("'values' of '{}' has {} twice",
                                                             entry_.key, nn::to_text(*value))});
        }
        categorical.values.push_back(*std::move(value));
      }
    }
    if (categorical.values.size() != node->items.size()) {
      ignore_rest();
      return std::nullopt;
    }
    read_probabilities(categorical);
    categorical.ordered = map_.boolean("ordered").value_or(false);
    return categorical;
  }

  void read_probabilities(search::Categorical& categorical) {
    const YamlNode* node = map_.list("probabilities");
    if (node == nullptr) {
      return;
    }
    double sum = 0.0;
    for (const YamlNode& item : node->items) {
      const auto p =
          read_real(item, "probabilities", {.min = 0.0, .max = 1.0, .min_bound = Bound::kExcluded},
                    diagnostics_);
      if (!p) {
        return;
      }
      categorical.probabilities.push_back(*p);
      sum += *p;
    }
    if (node->items.size() != categorical.values.size()) {
      map_.error("probabilities",
                 fmt::format("'probabilities' of '{}' has {} numbers for {} values; give one each",
                             entry_.key, node->items.size(), categorical.values.size()));
    } else if (sum < 1.0 - kSumSlack || sum > 1.0 + kSumSlack) {
      map_.error("probabilities",
                 fmt::format("the probabilities of '{}' add up to {:.6g}; they must add up to 1",
                             entry_.key, sum));
    }
  }

  // True for a numeric setting; otherwise adds an error.
  bool require_number(const char* key) {
    if (setting_.type == Type::kReal || setting_.type == Type::kInteger) {
      return true;
    }
    map_.error(key, fmt::format("'{}' is not a number; write values: [...], each {}", entry_.key,
                                nn::why_invalid(setting_, nn::Value("?")).value_or("").substr(8)));
    ignore_rest();
    return false;
  }

  std::optional<search::Distribution> read_range(const std::optional<std::string>& name) {
    if (!require_number("min")) {
      return std::nullopt;
    }
    const auto* row =
        std::find_if(kNumericDistributions.begin(), kNumericDistributions.end(),
                     [&](const DistributionRow& r) { return name && r.name == *name; });
    if (row == kNumericDistributions.end()) {
      row = kNumericDistributions.begin();
    }
    search::Numeric range;
    range.logarithmic = row->logarithmic;
    if (const auto scale = map_.name("scale")) {
      if (name && (*scale == "log") != row->logarithmic) {
        map_.error("scale",
                   fmt::format("scale: {} contradicts distribution: {}; leave one of them out",
                               *scale, *name));
      }
      range.logarithmic = *scale == "log";
    }
    const auto low = bound("min");
    const auto high = bound("max");
    range.integer = setting_.type == Type::kInteger;
    range.step = read_step(*row, range.integer);
    if (!low || !high) {
      return std::nullopt;
    }
    range.low = *low;
    range.high = *high;
    return valid(range) ? std::optional<search::Distribution>(range) : std::nullopt;
  }

  std::optional<double> bound(std::string_view key) {
    if (!map_.has(key)) {
      map_.take(key);
      map_.error(key, fmt::format("'{}' needs {}; give min and max, or values, or a value",
                                  entry_.key, key));
      return std::nullopt;
    }
    return read_bound(map_, setting_, key, diagnostics_);
  }

  // The distance between values; 0 if they are continuous.
  double read_step(const DistributionRow& row, bool integer) {
    const double one = integer || row.integer ? 1.0 : 0.0;
    if (!row.quantised) {
      if (map_.take("q") != nullptr) {
        map_.error("q", "'q' needs distribution: q_uniform or q_log_uniform_values");
      }
      return one;
    }
    if (map_.require("q") == nullptr) {
      return one;
    }
    if (integer) {
      return static_cast<double>(map_.integer("q", {.min = 1, .max = 1 << 30}).value_or(1));
    }
    return map_.real("q", {.min = 0.0, .min_bound = Bound::kExcluded}).value_or(one);
  }

  bool valid(const search::Numeric& range) {
    if (range.low >= range.high) {
      map_.error(
          "max",
          fmt::format("the range of '{}' is empty: max {} is not above min {}{}", entry_.key,
                      nn::to_text(number(range, range.high)), nn::to_text(number(range, range.low)),
                      range.low == range.high ? "; to fix the value, write it alone" : ""));
      return false;
    }
    if (range.logarithmic && range.low <= 0.0) {
      map_.error("min",
                 fmt::format("a log scale never reaches 0: give '{}' a min above 0, such as 1e-6",
                             entry_.key));
      return false;
    }
    if (range.step > 0.0 &&
        std::max(std::abs(range.low), std::abs(range.high)) / range.step > kMaxExactInteger) {
      map_.error("max",
                 fmt::format("the range of '{}' has more steps than can be counted exactly (2^53)",
                             entry_.key));
      return false;
    }
    if (!search::has_values(range)) {
      map_.error("q", fmt::format("no multiple of q lies between min and max of '{}'", entry_.key));
      return false;
    }
    return true;
  }

  static nn::Value number(const search::Numeric& range, double x) {
    return range.integer ? nn::Value(static_cast<std::int64_t>(x)) : nn::Value(x);
  }

  const nn::SettingInfo& setting_;
  const YamlEntry& entry_;
  std::vector<Diagnostic>& diagnostics_;
  MapReader map_;
};

}  // namespace

std::vector<std::string_view> network_distributions() {
  std::vector<std::string_view> names{"constant", "categorical", "categorical_w_probabilities"};
  for (const DistributionRow& row : kNumericDistributions) {
    names.push_back(row.name);
  }
  names.insert(names.end(), {"normal", "log_normal"});
  return names;
}

std::optional<search::Parameter> read_parameter(const nn::SettingInfo& setting,
                                                const YamlEntry& entry,
                                                std::vector<Diagnostic>& diagnostics) {
  if (entry.value.kind == YamlNode::Kind::kMap) {
    return ParameterReader(setting, entry, diagnostics).read();
  }
  if (entry.value.kind == YamlNode::Kind::kSequence && setting.type != Type::kWidths &&
      setting.type != Type::kClassWeights) {
    diagnostics.push_back(
        {entry.value.position,
         fmt::format("'{}' is a list; to try each of its values write {}: {{values: [...]}}",
                     entry.key, entry.key)});
    return std::nullopt;
  }
  if (auto value = read_setting(setting, entry.value, entry.key, diagnostics)) {
    return search::Parameter{entry.key, search::Fixed{*std::move(value)}};
  }
  return std::nullopt;
}

}  // namespace hpsearch::runner

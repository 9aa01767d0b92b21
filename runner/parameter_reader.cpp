#include "runner/parameter_reader.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include "runner/suggest.h"
#include "runner/yaml_reader.h"

namespace hpsearch::runner {
namespace {

using Type = nn::SettingInfo::Type;

constexpr std::int64_t kMaxGridPoints = 10'000;
constexpr double kMaxExactInteger = 9007199254740992.0;  // 2^53

// What a name of `distribution` means. A W&B user's names.
struct DistributionRow {
  std::string_view name;
  bool logarithmic;
  bool quantised;
  bool integer;
};
constexpr std::array kNumericDistributions{
    DistributionRow{"uniform", false, false, false},
    DistributionRow{"log_uniform_values", true, false, false},
    DistributionRow{"int_uniform", false, false, true},
    DistributionRow{"q_uniform", false, true, false},
    DistributionRow{"q_log_uniform_values", true, true, false},
};
constexpr std::array<std::string_view, 7> kDistributionNames{
    "constant",  "categorical",         "uniform", "log_uniform_values", "int_uniform",
    "q_uniform", "q_log_uniform_values"};
constexpr std::array<std::string_view, 2> kScales{"linear", "log"};

class ParameterReader {
 public:
  ParameterReader(const nn::SettingInfo& setting,
                  const YamlEntry& entry,
                  std::vector<Diagnostic>& diagnostics)
      : setting_(setting),
        entry_(entry),
        diagnostics_(diagnostics),
        map_(entry.value, entry.key, diagnostics) {}

  std::optional<search::Parameter> read() {
    search::Parameter parameter{entry_.key, {}};
    const bool range = !map_.has("values") && !map_.has("value");
    auto distribution = read_distribution();
    if (range && distribution && std::holds_alternative<search::Numeric>(*distribution)) {
      read_extent(std::get<search::Numeric>(*distribution), parameter);
    } else {
      for (const char* key : {"grid", "limits"}) {
        if (distribution && map_.take(key) != nullptr) {
          map_.error(key, fmt::format("'{}' goes with min and max", key));
        }
      }
    }
    if (!distribution) {
      ignore_rest();
      return std::nullopt;
    }
    parameter.distribution = *std::move(distribution);
    return parameter;
  }

 private:
  // The points of a grid, and how far the range may be widened.
  void read_extent(const search::Numeric& range, search::Parameter& parameter) {
    parameter.grid =
        static_cast<int>(map_.integer("grid", {.min = 1, .max = kMaxGridPoints}).value_or(0));
    // A bound that itself is no value is approached, not reached.
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
    if (distribution != nullptr && distribution->text == "log_uniform") {
      map_.error("distribution",
                 "W&B's log_uniform takes exponents of e as min and max; write distribution: "
                 "log_uniform_values "
                 "with the smallest and the largest value themselves");
      ignore_rest();
      return std::nullopt;
    }
    std::optional<std::string> name;
    if (distribution != nullptr) {
      name = read_name(*distribution, "distribution", kDistributionNames, diagnostics_);
      if (!name) {
        ignore_rest();
        return std::nullopt;
      }
    }
    if (map_.has("values") || name == "categorical") {
      return read_values(name);
    }
    if (map_.has("value") || name == "constant") {
      return read_value(name);
    }
    return read_range(name);
  }

  // After an error that makes the rest meaningless: it is not judged.
  void ignore_rest() { map_.take_rest(); }

  bool fits(const std::optional<std::string>& name, std::string_view needed, std::string_view key) {
    if (name && *name != needed) {
      map_.error("distribution", fmt::format("'{}' goes with distribution: {}, or none; found {}",
                                             key, needed, *name));
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
    return categorical.values.size() == node->items.size()
               ? std::optional<search::Distribution>(categorical)
               : std::nullopt;
  }

  std::optional<search::Distribution> read_range(const std::optional<std::string>& name) {
    if (setting_.type != Type::kReal && setting_.type != Type::kInteger) {
      map_.error("min",
                 fmt::format("'{}' is no number; write values: [...], each {}", entry_.key,
                             nn::why_invalid(setting_, nn::Value("?")).value_or("").substr(8)));
      ignore_rest();
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
    if (const auto scale = map_.name("scale", kScales)) {
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
    nn::SettingInfo number = setting_;
    number.choices = "";  // a word that may stand for a number is no end of a range
    const auto value = read_setting(number, *map_.take(key), std::string(key), diagnostics_);
    return value ? std::optional(value->number()) : std::nullopt;
  }

  // The distance between values; 0 for continuous ones.
  double read_step(const DistributionRow& row, bool integer) {
    const double one = integer || row.integer ? 1.0 : 0.0;
    if (!row.quantised) {
      if (map_.take("q") != nullptr) {
        map_.error("q", "'q' goes with distribution: q_uniform or q_log_uniform_values");
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
                      range.low == range.high ? "; for one value write it alone" : ""));
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

template <class T>
std::optional<nn::Value> as_value(const std::optional<T>& number) {
  return number ? std::optional<nn::Value>(*number) : std::nullopt;
}

// 0 of a real setting is 0.0, in lists too.
void make_reals(nn::Value& value) {
  if (auto* list = std::get_if<nn::ValueList>(&value)) {
    std::for_each(list->begin(), list->end(), make_reals);
  } else if (std::holds_alternative<std::int64_t>(value)) {
    value = value.number();
  }
}

}  // namespace

std::optional<nn::Value> read_setting(const nn::SettingInfo& setting,
                                      const YamlNode& node,
                                      const std::string& name,
                                      std::vector<Diagnostic>& diagnostics) {
  std::optional<nn::Value> value;
  const auto words = nn::words_of(setting.choices);
  const bool scalar = node.kind == YamlNode::Kind::kScalar;
  const bool number = setting.type == Type::kInteger || setting.type == Type::kReal;
  std::vector<Diagnostic> problems;
  if (number && (scalar || !setting.per_layer)) {
    value = setting.type == Type::kInteger ? as_value(read_integer(node, name, {}, problems))
                                           : as_value(read_real(node, name, {}, problems));
    if (!value && scalar && !words.empty()) {
      value = node.text;  // one of the words that may stand for a number, or judged as such
      problems.clear();
    }
  } else {
    value = read_value(node, name, problems);
  }
  diagnostics.insert(diagnostics.end(), problems.begin(), problems.end());
  if (value && setting.type == Type::kReal) {
    make_reals(*value);
  }
  if (!value) {
    return std::nullopt;
  }
  if (const auto reason = nn::why_invalid(setting, *value)) {
    const std::string hint = node.kind == YamlNode::Kind::kScalar && !words.empty()
                                 ? did_you_mean(node.text, words)
                                 : "";
    diagnostics.push_back({node.position, fmt::format("'{}' {}{}", name, *reason, hint)});
    return std::nullopt;
  }
  return value;
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
        {entry.value.position, fmt::format("'{}' is a list; to try each of its values write {}: "
                                           "{{values: [...]}}",
                                           entry.key, entry.key)});
    return std::nullopt;
  }
  if (auto value = read_setting(setting, entry.value, entry.key, diagnostics)) {
    return search::Parameter{entry.key, search::Fixed{*std::move(value)}};
  }
  return std::nullopt;
}

}  // namespace hpsearch::runner

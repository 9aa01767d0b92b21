#include "runner/sweep_file/parameter_forms.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

namespace hpsearch::runner {
namespace {

// W&B's other distributions, and what to write for the built-in trainer instead. A name close to
// one of ours in its letters would be the wrong advice.
struct ForeignDistribution {
  std::string_view name;
  std::string_view instead;
};
constexpr std::array kForeignDistributions{
    ForeignDistribution{"log_uniform",
                        "W&B's log_uniform takes exponents of e as min and max; write "
                        "distribution: log_uniform_values with the smallest and the largest value "
                        "themselves"},
    ForeignDistribution{"q_log_uniform",
                        "W&B's q_log_uniform takes exponents of e as min and max; write "
                        "distribution: q_log_uniform_values with the smallest and the largest "
                        "value themselves"},
    ForeignDistribution{"inv_log_uniform",
                        "'distribution' inv_log_uniform is not supported; 1 over a log-uniform "
                        "value is log-uniform itself: write distribution: log_uniform_values with "
                        "the smallest and the largest value"},
    ForeignDistribution{"q_normal",
                        "'distribution' q_normal is not supported; write distribution: normal, or "
                        "the rounded values as a list"},
    ForeignDistribution{"q_log_normal",
                        "'distribution' q_log_normal is not supported; write distribution: "
                        "log_normal, or the rounded values as a list"},
    ForeignDistribution{"beta",
                        "'distribution' beta is not supported; write distribution: uniform or "
                        "normal, with min and max"},
    ForeignDistribution{"q_beta",
                        "'distribution' q_beta is not supported; write distribution: q_uniform, "
                        "with min, max and q"},
};

bool has(const YamlNode& map, std::string_view key) {
  const YamlNode* node = map.find(key);
  return node != nullptr && node->kind != YamlNode::Kind::kNull;
}

// The second of two ways to give values that exclude each other; null if there is one at most.
struct TwoWays {
  const char* first = nullptr;
  const char* second = nullptr;
};
TwoWays two_ways(const YamlNode& map) {
  const char* first = has(map, "value") ? "value" : has(map, "values") ? "values" : nullptr;
  for (const char* second : {"values", "min", "max", "mu", "sigma"}) {
    if (first != nullptr && std::string_view(second) != first && has(map, second)) {
      return {first, second};
    }
  }
  return {};
}

// A key without a value counts as absent, but the range is not what is missing then.
const char* null_values(const YamlNode& map) {
  for (const char* key : {"value", "values"}) {
    const YamlNode* node = map.find(key);
    if (node != nullptr && node->kind == YamlNode::Kind::kNull) {
      return key;
    }
  }
  return nullptr;
}

}  // namespace

bool refuse_form(const MapReader& map,
                 const nn::SettingInfo& setting,
                 const YamlEntry& entry,
                 std::vector<Diagnostic>& diagnostics) {
  const auto refuse = [&](std::string_view key, std::string message) {
    diagnostics.push_back({map.position_of(key), std::move(message)});
    return true;
  };
  if (entry.value.incomplete) {
    return true;
  }
  if (has(entry.value, "parameters")) {
    return refuse("parameters",
                  fmt::format("'{}' has parameters of its own; the trainer's settings do not nest: "
                              "write them side by side under 'parameters'",
                              entry.key));
  }
  const YamlNode* distribution = entry.value.find("distribution");
  const auto* foreign = std::find_if(
      kForeignDistributions.begin(), kForeignDistributions.end(),
      [&](const auto& row) { return distribution != nullptr && distribution->text == row.name; });
  if (foreign != kForeignDistributions.end()) {
    return refuse("distribution", std::string(foreign->instead));
  }
  if (const TwoWays ways = two_ways(entry.value); ways.second != nullptr) {
    return refuse(ways.second,
                  fmt::format("'{}' and '{}' of '{}' exclude each other; leave one of them out",
                              ways.first, ways.second, entry.key));
  }
  if (const char* key = null_values(entry.value); key != nullptr) {
    const auto words = nn::words_of(setting.choices);
    const bool has_none = std::find(words.begin(), words.end(), "none") != words.end();
    return refuse(key, fmt::format("'{}' of '{}' is null; {}", key, entry.key,
                                   has_none ? "write none to switch it off"
                                            : "give it a value, or leave the parameter out"));
  }
  return false;
}

}  // namespace hpsearch::runner

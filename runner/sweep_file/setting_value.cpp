#include "runner/sweep_file/setting_value.h"

#include <algorithm>

#include <fmt/format.h>

#include "runner/console/suggest.h"
#include "runner/yaml/yaml_reader.h"

namespace hpsearch::runner {
namespace {

using Type = nn::SettingInfo::Type;

template <class T>
std::optional<nn::Value> as_value(const std::optional<T>& number) {
  return number ? std::optional<nn::Value>(*number) : std::nullopt;
}

// Integers in a real setting become real numbers, also inside lists, so that 0 and 0.0 are equal.
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
      value = node.text;  // a word that can replace a number; why_invalid() judges it below
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

}  // namespace hpsearch::runner

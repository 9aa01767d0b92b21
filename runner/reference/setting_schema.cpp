#include "runner/reference/setting_schema.h"

#include <algorithm>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "nn/settings/hidden_widths.h"
#include "runner/sweep_file/key_tables.h"
#include "runner/sweep_file/wandb_distributions.h"

namespace hpsearch::runner {
namespace {

using Type = nn::SettingInfo::Type;
using Scope = KeyInfo::Scope;

// `hidden<N>` stands for hidden1, hidden2, ...
constexpr std::string_view kAnyLayer = "hidden<N>";
constexpr char kLayerPattern[] = "^hidden[1-9][0-9]*$";

Schema number_of(const nn::SettingInfo& setting) {
  return number_schema(setting.type == Type::kInteger || setting.type == Type::kWidths, setting.min,
                       setting.max, setting.open_min, setting.open_max);
}

bool is_number(const nn::SettingInfo& setting) {
  return setting.type == Type::kInteger || setting.type == Type::kReal;
}

// Of one layer.
Schema single_value(const nn::SettingInfo& setting) {
  const auto words = nn::words_of(setting.choices);
  Schema value;
  switch (setting.type) {
    case Type::kReal:
    case Type::kInteger:
      value = number_of(setting);
      break;
    case Type::kBool:
      return {{"type", "boolean"}};
    case Type::kChoice:
      return one_of_words(words);
    case Type::kWidths:
      return {{"type", "array"}, {"items", number_of(setting)}, {"maxItems", nn::kMaxLayers}};
    case Type::kClassWeights:
      value = {{"type", "array"}, {"items", number_of(setting)}, {"minItems", 1}};
      break;
  }
  return words.empty() ? value : Schema{{"anyOf", {one_of_words(words), std::move(value)}}};
}

Schema value_of(const nn::SettingInfo& setting) {
  Schema value = single_value(setting);
  return setting.per_layer ? Schema{{"anyOf", {value, {{"type", "array"}, {"items", value}}}}}
                           : value;
}

// The maps that stand for one of the words: {type: step, every: 5}.
Schema maps_of(const nn::SettingInfo& setting, const std::string& tag) {
  Schema maps = Schema::array();
  for (const std::string_view word : nn::words_of(setting.choices)) {
    Schema properties{{tag, {{"const", word}}}};
    for (const std::string_view key : nn::keys_taken(setting.name, word)) {
      const std::string full = std::string(setting.name) + "." + std::string(key);
      Schema value = value_of(*nn::find_setting(full));
      value["description"] = nn::find_setting(full)->meaning;
      properties[std::string(key)] = std::move(value);
    }
    maps.push_back(map_schema(std::move(properties), {tag}));
  }
  return maps;
}

Schema with_maps(const nn::SettingInfo& setting) {
  Schema value = value_of(setting);
  if (const auto tag = nn::map_key_of(setting.name)) {
    Schema any = maps_of(setting, std::string(*tag));
    any.insert(any.begin(), std::move(value));
    return {{"anyOf", std::move(any)}};
  }
  return value;
}

void describe(const nn::SettingInfo& setting, Schema& schema) {
  schema["description"] = setting.meaning;
  if (!setting.fallback.empty()) {
    schema["description"] =
        std::string(setting.meaning) + "; default " + std::string(setting.fallback);
  }
}

// A map whose keys are settings, and nothing else.
template <class Chosen, class Make>
Schema settings_schema(Chosen chosen, Make make) {
  Schema properties = Schema::object();
  Schema layer;
  for (const nn::SettingInfo& setting : nn::setting_table()) {
    if (!chosen(setting)) {
      continue;
    }
    Schema schema = make(setting);
    describe(setting, schema);
    if (setting.name == kAnyLayer) {
      layer = std::move(schema);
    } else {
      properties[std::string(setting.name)] = std::move(schema);
    }
  }
  Schema map{{"type", "object"}, {"properties", std::move(properties)}};
  if (!layer.is_null()) {
    map["patternProperties"] = {{kLayerPattern, std::move(layer)}};
  }
  map["additionalProperties"] = false;
  return map;
}

// A bound is a number even where a word may replace the value.
Schema distribution_of(const nn::SettingInfo& setting) {
  const bool number = is_number(setting);
  Schema properties = Schema::object();
  for (const KeyInfo& key : parameter_keys()) {
    const bool of_numbers = key.name == "min" || key.name == "max" || key.name == "scale" ||
                            key.name == "q" || key.name == "mu" || key.name == "sigma" ||
                            key.name == "limits" || key.name == "grid";
    if (key.scope == Scope::kPrograms || (of_numbers && !number)) {
      continue;
    }
    Schema schema = key_schema(key);
    if (key.name == "value") {
      schema.update(value_of(setting));
    } else if (key.name == "values") {
      schema["items"] = with_maps(setting);
      schema["minItems"] = 1;
    } else if (key.name == "min" || key.name == "max") {
      schema.update(number_of(setting));
    } else if (key.name == "limits") {
      schema.update({{"items", number_of(setting)}, {"minItems", 2}, {"maxItems", 2}});
    } else if (key.name == "distribution") {
      schema.update(number
                        ? one_of_words(network_distributions())
                        : one_of_words({"constant", "categorical", "categorical_w_probabilities"}));
    } else if (key.name == "q") {
      schema.update(setting.type == Type::kInteger
                        ? number_schema(true, 1, 1 << 30, false)
                        : number_schema(false, 0, nn::SettingInfo::kUnbounded, true));
    } else if (key.name == "probabilities") {
      schema["items"] = number_schema(false, 0, 1, true);
    } else if (key.name == "sigma") {
      schema.update(number_schema(false, 0, nn::SettingInfo::kUnbounded, true));
    }
    // null is no value here: the reader refuses it.
    const bool null_is_wrong = key.name == "value" || key.name == "values";
    properties[std::string(key.name)] = null_is_wrong ? std::move(schema) : or_null(schema);
  }
  return {{"type", "object"},
          {"properties", std::move(properties)},
          {"additionalProperties", false},
          {"allOf", {{{"$ref", kParameterRules}}}}};
}

Schema needs(const char* key, const std::vector<const char*>& distributions) {
  return {{key,
           {{"properties", {{"distribution", {{"enum", distributions}}}}},
            {"required", {"distribution"}}}}};
}

Schema forbids(const std::vector<const char*>& keys) {
  Schema any = Schema::array();
  for (const char* key : keys) {
    any.push_back({{"required", {key}}});
  }
  return {{"not", {{"anyOf", std::move(any)}}}};
}

}  // namespace

Schema section_schema(nn::Section section) {
  Schema schema =
      settings_schema([&](const nn::SettingInfo& setting) { return setting.section == section; },
                      [](const nn::SettingInfo& setting) { return or_null(with_maps(setting)); });
  if (section == nn::Section::kModel) {
    schema["properties"]["preset"] =
        or_null({{"enum", {"table"}},
                 {"description",
                  "a recipe that makes a network on a table about as good as "
                  "gradient boosting; what the file names keeps its value"}});
  }
  return schema;
}

Schema network_parameters_schema() {
  return settings_schema([](const nn::SettingInfo&) { return true; },
                         [](const nn::SettingInfo& setting) {
                           return Schema{{"anyOf", {value_of(setting), distribution_of(setting)}}};
                         });
}

Schema network_enqueue_schema() {
  return {{"type", "array"},
          {"items", settings_schema([](const nn::SettingInfo&) { return true; },
                                    [](const nn::SettingInfo& s) { return value_of(s); })}};
}

Schema parameter_rules_schema() {
  Schema rules = Schema::object();
  rules.update(needs("mu", {"normal", "log_normal", "q_normal", "q_log_normal"}));
  rules["value"] = forbids({"values", "min", "max", "mu", "sigma"});
  rules["values"] = forbids({"min", "max", "mu", "sigma"});
  rules["probabilities"] = {"values"};
  rules["ordered"] = {"values"};
  Schema any{{{"required", {"value"}}}, {{"required", {"values"}}}, {{"required", {"min", "max"}}}};
  any.push_back(
      {{"properties",
        {{"distribution",
          {{"enum", {"normal", "log_normal", "q_normal", "q_log_normal", "beta", "q_beta"}}}}}},
       {"required", {"distribution"}}});
  return {{"dependencies", std::move(rules)}, {"anyOf", std::move(any)}};
}

Schema program_parameter_schema(const std::string& self) {
  Schema properties = properties_of(parameter_keys(), Scope::kPrograms);
  properties["distribution"].update(one_of_words(wandb_distribution_names()));
  properties["values"]["minItems"] = 1;
  properties["probabilities"]["items"] = number_schema(false, 0, 1, false);
  for (const char* bound : {"min", "max", "q"}) {
    properties[bound]["type"] = "number";
  }
  for (auto& [name, property] : properties.items()) {
    if (name != "value" && name != "values") {
      property = or_null(std::move(property));
    }
  }
  const Schema leaf{{"type", "object"},
                    {"properties", std::move(properties)},
                    {"additionalProperties", false},
                    {"allOf", {{{"$ref", kParameterRules}}}}};
  const Schema inner{{"type", "object"}, {"additionalProperties", {{"$ref", self}}}};
  const Schema nested{{"type", "object"},
                      {"properties", {{"parameters", inner}}},
                      {"required", {"parameters"}},
                      {"additionalProperties", false}};
  return {{"anyOf", {{{"type", {"string", "number", "boolean"}}}, leaf, nested}}};
}

}  // namespace hpsearch::runner

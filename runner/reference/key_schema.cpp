#include "runner/reference/key_schema.h"

#include <cmath>
#include <utility>

#include <nlohmann/json.hpp>

#include "runner/yaml/yaml_words.h"

namespace hpsearch::runner {
namespace {

// 1h30m, in the units of parse_duration() and their order.
constexpr char kDuration[] =
    "^(?=.)([0-9]+[.]?[0-9]*d)?([0-9]+[.]?[0-9]*h)?([0-9]+[.]?[0-9]*m)?([0-9]+[.]?[0-9]*s)?$";
constexpr char kSize[] = "^[0-9.]+([KMGT](B|iB)?)?$";

}  // namespace

Schema or_null(Schema schema) {
  if (schema.contains("anyOf")) {
    schema["anyOf"].push_back({{"type", "null"}});
    return schema;
  }
  if (schema.contains("$ref")) {
    return {{"anyOf", {std::move(schema), {{"type", "null"}}}}};
  }
  if (schema.contains("enum")) {
    schema["enum"].push_back(nullptr);
  }
  if (schema.contains("type")) {
    if (!schema["type"].is_array()) {
      schema["type"] = Schema::array({schema["type"]});
    }
    schema["type"].push_back("null");
  }
  return schema;
}

Schema one_of_words(const std::vector<std::string_view>& words) {
  return {{"enum", words}};
}

Schema number_schema(bool whole, double min, double max, bool above_min, bool below_max) {
  Schema schema{{"type", whole ? "integer" : "number"}};
  const auto add = [&](const char* key, double bound) {
    if (std::isfinite(bound) && bound == std::floor(bound) && std::abs(bound) < 0x1p53) {
      schema[key] = static_cast<std::int64_t>(bound);
    } else if (std::isfinite(bound)) {
      schema[key] = bound;
    }
  };
  add(above_min ? "exclusiveMinimum" : "minimum", min);
  add(below_max ? "exclusiveMaximum" : "maximum", max);
  return schema;
}

Schema key_schema(const KeyInfo& key) {
  using Form = KeyInfo::Form;
  Schema schema = Schema::object();
  switch (key.form) {
    case Form::kText:
      schema["type"] = "string";
      break;
    case Form::kWhole:
    case Form::kReal:
      schema = number_schema(key.form == Form::kWhole, key.min, key.max, key.above_min);
      break;
    case Form::kTruth:
      schema["type"] = "boolean";
      break;
    case Form::kWord:
      schema = one_of_words(key.words());
      break;
    case Form::kDuration:
      schema = {{"type", "string"}, {"pattern", kDuration}};
      break;
    case Form::kSize:
      schema = {{"anyOf",
                 {{{"type", "string"}, {"pattern", kSize}},
                  {{"type", "number"}, {"exclusiveMinimum", 0}}}}};
      break;
    case Form::kMap:
      schema["type"] = "object";
      break;
    case Form::kList:
      schema["type"] = "array";
      break;
    case Form::kOther:
      break;
  }
  schema["description"] = key.meaning;
  return schema;
}

Schema option_schema(const search::PrunerOption& option) {
  using Kind = search::PrunerOption::Kind;
  Schema schema = Schema::object();
  switch (option.kind) {
    case Kind::kWhole:
    case Kind::kReal:
      schema = number_schema(option.kind == Kind::kWhole, option.min, option.max, option.above_min);
      break;
    case Kind::kTruth:
      schema["type"] = "boolean";
      break;
    case Kind::kWord:
      schema = one_of_words(split_words(option.words));
      break;
  }
  schema["description"] = option.meaning;
  return schema;
}

Schema map_schema(Schema properties, const std::vector<std::string>& required) {
  for (auto& [name, property] : properties.items()) {
    const bool needed = std::find(required.begin(), required.end(), name) != required.end();
    if (!needed) {
      property = or_null(std::move(property));
    }
  }
  Schema schema{{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) {
    schema["required"] = required;
  }
  schema["additionalProperties"] = false;
  return schema;
}

Schema properties_of(std::span<const KeyInfo> keys, KeyInfo::Scope scope) {
  Schema properties = Schema::object();
  for (const KeyInfo& key : keys) {
    if (key.scope == KeyInfo::Scope::kAll || key.scope == scope) {
      properties[std::string(key.name)] = key_schema(key);
    }
  }
  return properties;
}

}  // namespace hpsearch::runner

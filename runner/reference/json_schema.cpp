#include "runner/reference/json_schema.h"

#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "nn/data/builtin_datasets.h"
#include "runner/reference/key_schema.h"
#include "runner/reference/setting_schema.h"
#include "runner/sweep_file/key_tables.h"
#include "runner/yaml/table_names.h"
#include "search/pruners/pruner.h"
#include "search/sweep/metric.h"

namespace hpsearch::runner {
namespace {

using Scope = KeyInfo::Scope;

constexpr char kProgramParameter[] = "#/definitions/program_parameter";

Schema ref(const char* name) {
  return {{"$ref", std::string("#/definitions/") + name}};
}

// A schema in place of the row's own, which keeps its meaning.
void refine(Schema& properties, const char* key, Schema schema) {
  schema["description"] = properties[key]["description"];
  properties[key] = std::move(schema);
}

Schema column() {
  return {{"anyOf", {{{"type", "string"}}, {{"type", "integer"}, {"minimum", 0}}}}};
}

// A column, or a list of them.
Schema columns() {
  Schema any = column();
  any["anyOf"].push_back({{"type", "array"}, {"items", column()}});
  return any;
}

// A number of rows, a share, a word or a file.
Schema part() {
  return {{"anyOf",
           {number_schema(true, 1, KeyInfo{}.max, false),
            number_schema(false, 0, 1, true, true),
            {{"type", "string"}}}}};
}

Schema dataset_schema() {
  Schema properties = properties_of(dataset_keys(), Scope::kNetworks);
  refine(properties, "source",
         {{"anyOf", {one_of_words(table_names(nn::kBuiltinDatasets)), {{"type", "string"}}}}});
  refine(properties, "validation", part());
  refine(properties, "test", part());
  refine(properties, "target", columns());
  properties["target"]["anyOf"].back()["minItems"] = 1;
  refine(properties, "group", column());
  refine(properties, "order", column());
  refine(properties, "threshold",
         {{"anyOf", {one_of_words({"share"}), number_schema(false, 0, 1, true, true)}}});
  const Schema text{{"type", {"string", "number", "boolean", "null"}}};
  refine(properties, "missing", {{"anyOf", {text, {{"type", "array"}, {"items", text}}}}});
  Schema kinds = properties_of(column_keys(), Scope::kNetworks);
  for (const KeyInfo& key : column_keys()) {
    refine(kinds, std::string(key.name).c_str(), columns());
  }
  kinds["date"]["anyOf"].push_back(
      {{"type", "object"}, {"additionalProperties", one_of_words({"day_first", "month_first"})}});
  refine(properties, "columns", map_schema(std::move(kinds)));
  Schema schema = map_schema(std::move(properties), {"source"});
  schema["dependencies"] = {{"folds", {{"properties", {{"validation", {{"type", "null"}}}}}}}};
  return schema;
}

// The goal of a metric follows from its name.
Schema goal_rules() {
  Schema rules = Schema::array();
  for (const search::Goal goal : {search::Goal::kMaximize, search::Goal::kMinimize}) {
    std::vector<std::string_view> names;
    for (const search::MetricInfo& metric : search::metric_table()) {
      if (metric.goal == goal) {
        names.push_back(metric.name);
      }
    }
    if (goal == search::Goal::kMinimize) {
      names.push_back(search::kLogLoss);
    }
    rules.push_back(
        {{"if", {{"properties", {{"name", one_of_words(names)}}}}},
         {"then", {{"properties", {{"goal", {{"enum", {search::to_text(goal), nullptr}}}}}}}}});
  }
  return rules;
}

Schema metric_schema(Scope scope) {
  Schema properties = properties_of(metric_keys(), scope);
  if (scope == Scope::kNetworks) {
    refine(properties, "name", one_of_words(metric_names()));
  }
  Schema schema = map_schema(std::move(properties), {"name"});
  if (scope == Scope::kNetworks) {
    schema["allOf"] = goal_rules();
  }
  return schema;
}

// What a pruner watches: a name, or a map.
Schema watched_schema(Scope scope) {
  const bool networks = scope == Scope::kNetworks;
  Schema map{{"name", networks ? one_of_words(metric_names()) : Schema{{"type", "string"}}},
             {"goal", one_of_words({"maximize", "minimize"})}};
  return {{"anyOf",
           {networks ? one_of_words(metric_names()) : Schema{{"type", "string"}},
            map_schema(std::move(map), {"name"})}}};
}

// Each type with its own keys. `also`: with further pruners.
Schema pruner_schema(Scope scope, bool also) {
  Schema types = Schema::array();
  for (const search::PrunerInfo& info : search::pruner_table()) {
    Schema properties{{"type", {{"const", info.name}, {"description", info.meaning}}}};
    for (const search::PrunerOption& option : info.options) {
      properties[std::string(option.name)] = option_schema(option);
    }
    if (!info.needs_folds) {
      properties["metric"] = watched_schema(scope);
      properties["metric"]["description"] = "the metric that it watches";
    }
    if (also) {
      properties["also"] = {
          {"type", "array"},
          {"items", ref(scope == Scope::kNetworks ? "network_pruner" : "program_pruner")},
          {"description", "further pruners; the first that ends a trial counts"}};
    }
    types.push_back(map_schema(std::move(properties), {"type"}));
  }
  Schema schema{{"type", "object"},
                {"properties", {{"type", one_of_words(table_names(search::pruner_table()))}}},
                {"required", {"type"}}};
  schema["oneOf"] = std::move(types);
  return schema;
}

Schema search_schema() {
  Schema properties = properties_of(search_keys(), Scope::kAll);
  const KeyInfo& stages = *find_key(search_keys(), "stages");
  Schema stage = map_schema(properties_of(stage_keys(), Scope::kAll), {"share", "epochs"});
  refine(properties, "stages",
         {{"anyOf",
           {number_schema(true, stages.min, stages.max, false),
            {{"type", "array"},
             {"items", std::move(stage)},
             {"minItems", static_cast<int>(stages.min)},
             {"maxItems", static_cast<int>(stages.max)}}}}});
  return map_schema(std::move(properties));
}

// An option of `search` that a method does not use is null or absent. The method is the default one
// if the file names none.
Schema method_rules() {
  Schema rules = Schema::array();
  for (const search::SamplerInfo& method : search::sampler_table()) {
    Schema unused = Schema::object();
    for (const KeyInfo& key : search_keys()) {
      if (!goes_with(key.name, method)) {
        unused[std::string(key.name)] = {{"type", "null"}};
      }
    }
    Schema when{{"properties", {{"method", {{"const", method.name}}}}}};
    if (method.name != find_key(top_keys(), "method")->fallback) {
      when["required"] = {"method"};
    }
    if (!unused.empty()) {
      rules.push_back({{"if", std::move(when)},
                       {"then", {{"properties", {{"search", {{"properties", unused}}}}}}}});
    }
  }
  return rules;
}

// What both kinds of sweep have.
Schema common(Scope scope) {
  Schema properties = properties_of(top_keys(), scope);
  for (const KeyInfo& key : top_keys()) {
    const std::string name(key.name);
    if (properties.contains(name) && !keys_below(name).empty()) {
      refine(properties, name.c_str(), map_schema(properties_of(keys_below(name), scope)));
    }
  }
  const Schema texts{{"type", "array"}, {"items", {{"type", "string"}}}};
  refine(properties, "constraints",
         {{"type", "array"}, {"items", {{"type", {"string", "boolean", "number"}}}}});
  Schema group = texts;
  group["minItems"] = 2;
  refine(properties, "zip", {{"type", "array"}, {"items", std::move(group)}});
  refine(properties, "metric", metric_schema(scope));
  refine(properties, "search", ref("search"));
  refine(properties, "early_terminate", pruner_schema(scope, true));
  properties["name"]["pattern"] = "^[^~]+$";
  return properties;
}

Schema network_sweep() {
  Schema properties = common(Scope::kNetworks);
  refine(properties, "dataset", dataset_schema());
  refine(properties, "model", section_schema(nn::Section::kModel));
  refine(properties, "training", section_schema(nn::Section::kTraining));
  refine(properties, "parameters", network_parameters_schema());
  refine(properties, "enqueue", network_enqueue_schema());
  Schema schema = map_schema(std::move(properties), {"dataset"});
  schema["allOf"] = method_rules();
  return schema;
}

// Other keys are the user's own, and are ignored.
Schema program_sweep() {
  Schema properties = common(Scope::kPrograms);
  const Schema word{{"type", {"string", "number", "boolean"}}};
  refine(properties, "program", word);
  refine(properties, "command", {{"type", "array"}, {"items", word}, {"minItems", 1}});
  refine(properties, "parameters",
         {{"type", "object"}, {"additionalProperties", {{"$ref", kProgramParameter}}}});
  refine(properties, "enqueue", {{"type", "array"}, {"items", {{"type", "object"}}}});
  properties["parallel"]["properties"]["gpus"]["items"] = word;
  properties["checkpoints"] = {{"enum", Schema::array()},
                               {"description", "a program saves its own state in its folder"}};
  Schema schema = map_schema(std::move(properties));
  schema["additionalProperties"] = true;
  schema["allOf"] = method_rules();
  return schema;
}

}  // namespace

std::string sweep_schema() {
  const Schema names_program{{"anyOf", {{{"required", {"program"}}}, {{"required", {"command"}}}}}};
  Schema schema{{"$schema", "http://json-schema.org/draft-07/schema#"},
                {"title", "A sweep file of hpsearch"},
                {"type", "object"},
                {"if", names_program},
                {"then", ref("program_sweep")},
                {"else", ref("network_sweep")}};
  schema["definitions"] = {{"network_sweep", network_sweep()},
                           {"program_sweep", program_sweep()},
                           {"search", search_schema()},
                           {"network_pruner", pruner_schema(Scope::kNetworks, false)},
                           {"program_pruner", pruner_schema(Scope::kPrograms, false)},
                           {"program_parameter", program_parameter_schema(kProgramParameter)},
                           {"parameter_rules", parameter_rules_schema()}};
  return schema.dump(1) + "\n";
}

}  // namespace hpsearch::runner

// FeaturePipeline to JSON and back.
#include <array>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "nn/data/feature_pipeline.h"
#include "nn/files/data_error.h"

namespace hpsearch::nn {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array kKinds{
    std::pair{ColumnKind::kLeftOut, "left_out"}, std::pair{ColumnKind::kNumber, "number"},
    std::pair{ColumnKind::kDate, "date"}, std::pair{ColumnKind::kCategory, "category"}};
constexpr std::array kOrders{std::pair{DateOrder::kYearFirst, "year_first"},
                             std::pair{DateOrder::kDayFirst, "day_first"},
                             std::pair{DateOrder::kMonthFirst, "month_first"}};
constexpr std::array kParts{
    std::pair{DatePart::kYear, "year"},       std::pair{DatePart::kMonth, "month"},
    std::pair{DatePart::kWeekday, "weekday"}, std::pair{DatePart::kYearDay, "day_of_year"},
    std::pair{DatePart::kHour, "hour"},       std::pair{DatePart::kElapsed, "elapsed_days"}};

[[noreturn]] void refuse(const std::string& fault) {
  throw DataError("pipeline", fault, "take the description that this version of hpsearch wrote");
}

template <class Table, class Value>
const char* word_of(const Table& table, Value value) {
  for (const auto& [each, word] : table) {
    if (each == value) {
      return word;
    }
  }
  return "";
}

template <class Table>
auto value_of(const Table& table, const std::string& word) {
  for (const auto& [value, each] : table) {
    if (word == each) {
      return value;
    }
  }
  refuse("unknown word '" + word + "'");
}

std::string text_of(char c) {
  return c == '\0' ? "" : std::string(1, c);
}

char char_of(const std::string& text) {
  return text.empty() ? '\0' : text.front();
}

void put_style(Json& json, const NumberStyle& style) {
  json["point"] = text_of(style.point);
  json["group"] = text_of(style.group);
  json["unit"] = style.unit;
}

NumberStyle style_of(const Json& json) {
  return {char_of(json.at("point").get<std::string>()),
          char_of(json.at("group").get<std::string>()), json.at("unit").get<std::string>()};
}

Json target_json(const TargetDescription& target) {
  Json json{{"names", target.names},   {"task", target.task}, {"classes", target.classes},
            {"styles", Json::array()}, {"mean", target.mean}, {"deviation", target.deviation}};
  for (const NumberStyle& style : target.styles) {
    put_style(json["styles"].emplace_back(Json::object()), style);
  }
  return json;
}

TargetDescription target_of(const Json& json) {
  TargetDescription target{.names = json.at("names").get<std::vector<std::string>>(),
                           .task = json.at("task").get<std::string>(),
                           .classes = json.at("classes").get<std::vector<std::string>>(),
                           .mean = json.at("mean").get<std::vector<double>>(),
                           .deviation = json.at("deviation").get<std::vector<double>>()};
  for (const Json& style : json.at("styles")) {
    target.styles.push_back(style_of(style));
  }
  return target;
}

// Only what differs from what a table would be read by anyway.
Json reading_json(const ReadingRules& rules) {
  Json json = Json::object();
  if (rules.missing) {
    json["missing"] = *rules.missing;
  }
  if (rules.separator != '\0') {
    json["separator"] = text_of(rules.separator);
  }
  if (rules.decimal != '\0') {
    json["decimal"] = text_of(rules.decimal);
  }
  if (!rules.encoding.empty()) {
    json["encoding"] = rules.encoding;
  }
  if (rules.header) {
    json["header"] = *rules.header;
  }
  return json;
}

ReadingRules reading_of(const Json& json) {
  ReadingRules rules;
  if (json.contains("missing")) {
    rules.missing = json["missing"].get<std::vector<std::string>>();
  }
  rules.separator = char_of(json.value("separator", std::string()));
  rules.decimal = char_of(json.value("decimal", std::string()));
  rules.encoding = json.value("encoding", std::string());
  if (json.contains("header")) {
    rules.header = json["header"].get<bool>();
  }
  return rules;
}

Json column_json(const PipelineColumn& column) {
  const ColumnRule& rule = column.rule;
  Json json{
      {"name", rule.name}, {"kind", word_of(kKinds, rule.kind)}, {"treatment", rule.treatment}};
  if (rule.features() == 0) {
    return json;
  }
  if (rule.kind == ColumnKind::kNumber) {
    put_style(json, rule.style);
    json["value"] = rule.value;
  } else if (rule.kind == ColumnKind::kDate) {
    json["order"] = word_of(kOrders, rule.date_order);
    json["parts"] = Json::array();
    for (const DatePart part : rule.parts) {
      json["parts"].push_back(word_of(kParts, part));
    }
  } else {
    json["levels"] = rule.levels;
    json["one_feature"] = rule.two_levels;
    json["other"] = rule.other;
    if (rule.two_levels && rule.unknown != 0.0) {
      json["unknown"] = rule.unknown;
    }
  }
  if (rule.kind != ColumnKind::kCategory) {
    json["missing_flag"] = rule.indicator;
    json["fill"] = rule.fill;
  }
  json["centre"] = column.centre;
  json["factor"] = column.factor;
  if (column.bends) {
    json["bends"] = true;
  }
  return json;
}

PipelineColumn column_of(const Json& json) {
  PipelineColumn column;
  ColumnRule& rule = column.rule;
  rule.name = json.at("name").get<std::string>();
  rule.kind = value_of(kKinds, json.at("kind").get<std::string>());
  rule.treatment = json.at("treatment").get<std::string>();
  if (!json.contains("centre")) {
    rule.kind = ColumnKind::kLeftOut;
    return column;
  }
  if (rule.kind == ColumnKind::kNumber) {
    rule.style = style_of(json);
    rule.value = json.at("value").get<bool>();
  } else if (rule.kind == ColumnKind::kDate) {
    rule.date_order = value_of(kOrders, json.at("order").get<std::string>());
    for (const Json& part : json.at("parts")) {
      rule.parts.push_back(value_of(kParts, part.get<std::string>()));
    }
  } else {
    rule.levels = json.at("levels").get<std::vector<std::string>>();
    rule.two_levels = json.at("one_feature").get<bool>();
    rule.other = json.at("other").get<bool>();
    rule.unknown = json.value("unknown", 0.0);
  }
  if (rule.kind != ColumnKind::kCategory) {
    rule.indicator = json.at("missing_flag").get<bool>();
    rule.fill = json.at("fill").get<std::vector<double>>();
  }
  column.centre = json.at("centre").get<std::vector<double>>();
  column.factor = json.at("factor").get<std::vector<double>>();
  column.bends = json.value("bends", false);
  const std::size_t fills =
      rule.kind == ColumnKind::kNumber ? static_cast<std::size_t>(rule.value) : rule.parts.size();
  if (column.centre.size() != rule.features() || column.factor.size() != rule.features() ||
      rule.fill.size() < fills) {
    refuse("column '" + rule.name + "' has not one number for each feature");
  }
  return column;
}

}  // namespace

std::string FeaturePipeline::to_json() const {
  Json json{{"columns", Json::array()}};
  for (const PipelineColumn& column : columns_) {
    json["columns"].push_back(column_json(column));
  }
  json["table_columns"] = table_columns_;
  json["reading"] = reading_json(rules_);
  json["target"] = target_json(target_);
  return json_text(json);
}

FeaturePipeline FeaturePipeline::from_json(std::string_view text) {
  try {
    const Json json = parse_ordered_json(text);
    if (json.is_discarded()) {
      refuse("is not JSON");
    }
    FeaturePipeline pipeline;
    for (const Json& column : json.at("columns")) {
      pipeline.columns_.push_back(column_of(column));
    }
    pipeline.table_columns_ = json.at("table_columns").get<std::vector<std::string>>();
    pipeline.rules_ = reading_of(json.at("reading"));
    pipeline.target_ = target_of(json.at("target"));
    return pipeline;
  } catch (const Json::exception& error) {
    refuse(std::string("is not a description of a pipeline (") + error.what() + ")");
  }
}

}  // namespace hpsearch::nn

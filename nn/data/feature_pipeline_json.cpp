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

Json column_json(const PipelineColumn& column) {
  const ColumnRule& rule = column.rule;
  Json json{
      {"name", rule.name}, {"kind", word_of(kKinds, rule.kind)}, {"treatment", rule.treatment}};
  if (rule.features() == 0) {
    return json;
  }
  if (rule.kind == ColumnKind::kNumber) {
    json["point"] = text_of(rule.style.point);
    json["group"] = text_of(rule.style.group);
    json["unit"] = rule.style.unit;
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
  }
  if (rule.kind != ColumnKind::kCategory) {
    json["missing_flag"] = rule.indicator;
    json["fill"] = rule.fill;
  }
  json["centre"] = column.centre;
  json["factor"] = column.factor;
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
    rule.style = {char_of(json.at("point").get<std::string>()),
                  char_of(json.at("group").get<std::string>()), json.at("unit").get<std::string>()};
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
  }
  if (rule.kind != ColumnKind::kCategory) {
    rule.indicator = json.at("missing_flag").get<bool>();
    rule.fill = json.at("fill").get<std::vector<double>>();
  }
  column.centre = json.at("centre").get<std::vector<double>>();
  column.factor = json.at("factor").get<std::vector<double>>();
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
  if (rules_.missing) {
    json["missing"] = *rules_.missing;
  }
  json["target"] = {{"names", target_.names},
                    {"task", target_.task},
                    {"classes", target_.classes},
                    {"mean", target_.mean},
                    {"deviation", target_.deviation}};
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
    if (json.contains("missing")) {
      pipeline.rules_.missing = json["missing"].get<std::vector<std::string>>();
    }
    const Json& target = json.at("target");
    pipeline.target_ = {target.at("names").get<std::vector<std::string>>(),
                        target.at("task").get<std::string>(),
                        target.at("classes").get<std::vector<std::string>>(),
                        target.at("mean").get<std::vector<double>>(),
                        target.at("deviation").get<std::vector<double>>()};
    return pipeline;
  } catch (const Json::exception& error) {
    refuse(std::string("is not a description of a pipeline (") + error.what() + ")");
  }
}

}  // namespace hpsearch::nn

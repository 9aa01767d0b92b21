#include "reports/winner/explanation.h"

#include <cmath>
#include <cstdlib>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "reports/text/json_values.h"

namespace hpsearch::reports {
namespace {

using Json = nlohmann::ordered_json;

// Names come from users, and the file stays small whatever they are.
constexpr std::size_t kMostColumns = 200;

double number(const Json& json) {
  return json.is_number() ? json.get<double>() : std::numeric_limits<double>::quiet_NaN();
}

// Six digits: enough to draw.
Json drawn(double value) {
  return std::isfinite(value) ? Json(std::strtod(fmt::format("{:.6g}", value).c_str(), nullptr))
                              : Json(nullptr);
}

Json metrics_json(const std::vector<nn::MetricValue>& metrics) {
  Json json = Json::object();
  for (const nn::MetricValue& metric : metrics) {
    json[metric.name] = finite(metric.value);
  }
  return json;
}

std::vector<nn::MetricValue> read_metrics(const Json& json) {
  std::vector<nn::MetricValue> metrics;
  for (const auto& [name, value] : json.items()) {
    metrics.push_back({name, number(value)});
  }
  return metrics;
}

Json columns_json(const nn::ColumnImportances& columns) {
  Json json{{"metric", columns.metric},       {"rows", columns.rows},
            {"of_rows", columns.of_rows},     {"permutations", columns.permutations},
            {"objection", columns.objection}, {"columns", Json::array()}};
  for (const nn::ColumnImportance& column : columns.columns) {
    if (json["columns"].size() == kMostColumns) {
      break;
    }
    json["columns"].push_back({{"column", column.column},
                               {"mean", finite(column.mean)},
                               {"deviation", finite(column.deviation)}});
  }
  return json;
}

nn::ColumnImportances read_columns(const Json& json) {
  nn::ColumnImportances columns;
  columns.metric = json.at("metric").get<std::string>();
  columns.rows = json.at("rows").get<std::size_t>();
  columns.of_rows = json.at("of_rows").get<std::size_t>();
  columns.permutations = json.at("permutations").get<std::size_t>();
  columns.objection = json.at("objection").get<std::string>();
  for (const Json& column : json.at("columns")) {
    columns.columns.push_back({column.at("column").get<std::string>(), number(column.at("mean")),
                               number(column.at("deviation"))});
  }
  return columns;
}

Json reliability_json(const nn::Reliability& reliability) {
  Json json{{"error", finite(reliability.error)},
            {"confidence", finite(reliability.confidence)},
            {"accuracy", finite(reliability.accuracy)},
            {"bins", Json::array()}};
  for (const nn::ReliabilityBin& bin : reliability.bins) {
    json["bins"].push_back(
        {{"rows", bin.rows}, {"confidence", bin.confidence}, {"accuracy", bin.accuracy}});
  }
  return json;
}

nn::Reliability read_reliability(const Json& json) {
  nn::Reliability reliability{
      number(json.at("error")), number(json.at("confidence")), number(json.at("accuracy")), {}};
  for (const Json& bin : json.at("bins")) {
    reliability.bins.push_back({bin.at("rows").get<std::size_t>(), number(bin.at("confidence")),
                                number(bin.at("accuracy"))});
  }
  return reliability;
}

Json labels_json(const nn::LabelComparison& labels) {
  Json json{{"second_class", labels.second_class}, {"rules", Json::array()}};
  for (const nn::LabelQuality& of : labels.rules) {
    json["rules"].push_back({{"rule", of.rule},
                             {"threshold", of.threshold},
                             {"used", of.used},
                             {"accuracy", of.accuracy},
                             {"balanced_accuracy", of.balanced_accuracy},
                             {"f1", of.f1}});
  }
  return json;
}

nn::LabelComparison read_labels(const Json& json) {
  nn::LabelComparison labels{json.at("second_class").get<std::string>(), {}};
  for (const Json& of : json.at("rules")) {
    labels.rules.push_back({of.at("rule").get<std::string>(), number(of.at("threshold")),
                            of.at("used").get<bool>(), number(of.at("accuracy")),
                            number(of.at("balanced_accuracy")), number(of.at("f1"))});
  }
  return labels;
}

Json pairs_json(const nn::TruthPairs& pairs) {
  Json json{{"target", pairs.target},
            {"rows", pairs.rows},
            {"correlation", finite(pairs.correlation)},
            {"bias", finite(pairs.bias)},
            {"half_within", finite(pairs.half_within)},
            {"most_within", finite(pairs.most_within)},
            {"pairs", Json::array()}};
  for (const nn::TruthPairs::Pair& pair : pairs.pairs) {
    json["pairs"].push_back(Json::array({drawn(pair.truth), drawn(pair.predicted)}));
  }
  return json;
}

nn::TruthPairs read_pairs(const Json& json) {
  nn::TruthPairs pairs;
  pairs.target = json.at("target").get<std::string>();
  pairs.rows = json.at("rows").get<std::size_t>();
  pairs.correlation = number(json.at("correlation"));
  pairs.bias = number(json.at("bias"));
  pairs.half_within = number(json.at("half_within"));
  pairs.most_within = number(json.at("most_within"));
  for (const Json& pair : json.at("pairs")) {
    pairs.pairs.push_back({number(pair.at(0)), number(pair.at(1))});
  }
  return pairs;
}

}  // namespace

Json to_json(const Explanation& explanation) {
  Json json{{"trivial_answer", explanation.trivial_answer},
            {"linear_rows", explanation.linear_rows},
            {"training_rows", explanation.training_rows},
            {"baselines", Json::array()}};
  for (const Baselines& part : explanation.parts) {
    json["baselines"].push_back({{"part", part.part},
                                 {"network", metrics_json(part.network)},
                                 {"linear", metrics_json(part.linear)},
                                 {"trivial", metrics_json(part.trivial)}});
  }
  json["columns"] = columns_json(explanation.columns);
  json["reliability"] = reliability_json(explanation.reliability);
  json["labels"] = labels_json(explanation.labels);
  json["pairs"] = Json::array();
  for (const nn::TruthPairs& pairs : explanation.pairs) {
    json["pairs"].push_back(pairs_json(pairs));
  }
  return json;
}

Explanation explanation_of_json(const Json& json) {
  Explanation explanation;
  explanation.trivial_answer = json.at("trivial_answer").get<std::string>();
  explanation.linear_rows = json.at("linear_rows").get<std::size_t>();
  explanation.training_rows = json.at("training_rows").get<std::size_t>();
  for (const Json& part : json.at("baselines")) {
    explanation.parts.push_back({part.at("part").get<std::string>(),
                                 read_metrics(part.at("network")), read_metrics(part.at("linear")),
                                 read_metrics(part.at("trivial"))});
  }
  explanation.columns = read_columns(json.at("columns"));
  explanation.reliability = read_reliability(json.at("reliability"));
  if (json.contains("labels")) {  // older files have none
    explanation.labels = read_labels(json.at("labels"));
  }
  for (const Json& pairs : json.at("pairs")) {
    explanation.pairs.push_back(read_pairs(pairs));
  }
  return explanation;
}

}  // namespace hpsearch::reports

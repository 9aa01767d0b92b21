#include "storage/violated_event.h"

#include <cmath>
#include <cstdint>

#include <nlohmann/json.hpp>

#include "nn/base/json.h"

namespace hpsearch::storage {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) {
  constexpr double kExact = 9e15;  // whole numbers up to here
  return std::trunc(value) == value && std::abs(value) < kExact
             ? Json(static_cast<std::int64_t>(value))
             : Json(value);
}

}  // namespace

EventRow Violated::to_row() const {
  Json measured = Json::object();
  for (const auto& [name, value] : results) {
    measured[name] = number(value);
  }
  return {std::string(kKind),
          nn::json_text(Json{{"constraints", constraints}, {"results", std::move(measured)}})};
}

std::optional<Violated> Violated::from_row(const EventRow& row) {
  if (row.kind != kKind) {
    return std::nullopt;
  }
  const Json detail = nn::parse_ordered_json(row.detail_json);
  if (!detail.is_object() || !detail.contains("constraints") || !detail["constraints"].is_array() ||
      !detail.contains("results") || !detail["results"].is_object()) {
    return std::nullopt;
  }
  Violated event;
  for (const Json& constraint : detail["constraints"]) {
    if (!constraint.is_string()) {
      return std::nullopt;
    }
    event.constraints.push_back(constraint.get<std::string>());
  }
  for (const auto& [name, value] : detail["results"].items()) {
    if (!value.is_number()) {
      return std::nullopt;
    }
    event.results[name] = value.get<double>();
  }
  return event;
}

}  // namespace hpsearch::storage

// Advice as JSON; `report --json` and the page share it.
#pragma once

#include <vector>

#include <nlohmann/json.hpp>

#include "reports/findings/advice.h"

namespace hpsearch::reports {

inline nlohmann::ordered_json advice_json(const std::vector<Advice>& advice) {
  using Json = nlohmann::ordered_json;
  Json list = Json::array();
  for (const Advice& one : advice) {
    list.push_back({{"kind", one.kind},
                    {"parameter", one.parameter.empty() ? Json(nullptr) : Json(one.parameter)},
                    {"text", one.text},
                    {"evidence", one.evidence},
                    {"yaml", one.yaml.empty() ? Json(nullptr) : Json(one.yaml)}});
  }
  return list;
}

}  // namespace hpsearch::reports

// Conventions that all JSON reports share.
#pragma once

#include <cmath>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "nn/base/json.h"

namespace hpsearch::reports {

// Increases when a change could break a script.
inline constexpr int kJsonFormat = 1;

template <class T>
nlohmann::ordered_json or_null(const std::optional<T>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

// Null for NaN and infinity, which JSON lacks.
inline nlohmann::ordered_json finite(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

// One line of JSON. Names come from users: invalid UTF-8 must not abort a report.
inline std::string json_line(const nlohmann::ordered_json& json) {
  return nn::json_text(json) + "\n";
}

}  // namespace hpsearch::reports

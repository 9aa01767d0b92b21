// Values of settings and parameters as JSON.
#pragma once

#include <nlohmann/json.hpp>

#include "nn/base/value.h"

namespace hpsearch::nn {

// 3 stays an integer and 3.0 a real number; null and maps are JSON's own.
nlohmann::ordered_json value_to_json(const Value& value);

// Throws std::runtime_error for a whole number beyond 64 bits.
Value value_from_json(const nlohmann::ordered_json& json);

}  // namespace hpsearch::nn

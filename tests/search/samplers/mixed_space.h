// A space with every kind of parameter, and a check that values lie in it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "search/space/space.h"

namespace hpsearch::search {

inline Space mixed_space() {
  return {
      {"activation", Categorical{{std::string("relu"), std::string("tanh"), std::string("elu")}}},
      {"batch_size", Numeric{8.0, 256.0, true, 8.0, true}},
      {"dropout", Numeric{0.0, 0.5, false, 0.1, false}},
      {"hidden", Categorical{{nn::ValueList{std::int64_t{64}},
                              nn::ValueList{std::int64_t{64}, std::int64_t{32}}}}},
      {"learning_rate", Numeric{1e-4, 1.0, true, 0.0, false}},
      {"momentum", Fixed{0.9}},
      {"warmup", Numeric{-1.0, 1.0, false, 0.0, false}},
  };
}

inline bool may_be(const Distribution& distribution, const nn::Value& value) {
  if (const auto* fixed = std::get_if<Fixed>(&distribution)) {
    return value == fixed->value;
  }
  if (const auto* categorical = std::get_if<Categorical>(&distribution)) {
    return std::count(categorical->values.begin(), categorical->values.end(), value) > 0;
  }
  const auto& range = std::get<Numeric>(distribution);
  return std::holds_alternative<std::int64_t>(value) == range.integer &&
         value.number() >= range.low && value.number() <= range.high;
}

}  // namespace hpsearch::search

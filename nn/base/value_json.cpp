#include "nn/base/value_json.h"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <type_traits>

#include "nn/base/json.h"

namespace hpsearch::nn {

using Json = nlohmann::ordered_json;

Json value_to_json(const Value& value) {
  return std::visit(
      [](const auto& v) -> Json {
        using Type = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<Type, ValueList>) {
          Json list = Json::array();
          for (const Value& item : v) {
            list.push_back(value_to_json(item));
          }
          return list;
        } else if constexpr (std::is_same_v<Type, ValueMap>) {
          Json map = Json::object();
          for (const ValueEntry& entry : v) {
            map[entry.name] = value_to_json(entry.value);
          }
          return map;
        } else if constexpr (std::is_same_v<Type, NullValue>) {
          return nullptr;
        } else {
          return v;
        }
      },
      static_cast<const Value::variant&>(value));
}

Value value_from_json(const Json& json) {
  if (json.is_null()) {
    return NullValue{};
  }
  if (json.is_boolean()) {
    return json.get<bool>();
  }
  if (json.is_number_unsigned() &&
      json.get<std::uint64_t>() >
          static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    throw std::runtime_error("a whole number has more than 64 bits: " + json_text(json));
  }
  if (json.is_number_integer()) {
    return json.get<std::int64_t>();
  }
  if (json.is_number_float()) {
    return json.get<double>();
  }
  if (json.is_string()) {
    return json.get<std::string>();
  }
  if (json.is_array()) {
    ValueList list;
    for (const Json& item : json) {
      list.push_back(value_from_json(item));
    }
    return list;
  }
  ValueMap map;
  for (const auto& [name, item] : json.items()) {
    map.push_back({name, value_from_json(item)});
  }
  std::sort(map.begin(), map.end(),
            [](const ValueEntry& a, const ValueEntry& b) { return a.name < b.name; });
  return map;
}

}  // namespace hpsearch::nn

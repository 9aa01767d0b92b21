#include "nn/base/json.h"

#include <nlohmann/json.hpp>

namespace hpsearch::nn {
namespace {

template <class Json>
std::string dumped(const Json& json, bool ascii) {
  return json.dump(-1, ' ', ascii, Json::error_handler_t::replace);
}

}  // namespace

std::string json_text(const nlohmann::json& json) {
  return dumped(json, false);
}
std::string json_text(const nlohmann::ordered_json& json) {
  return dumped(json, false);
}
std::string ascii_json_text(const nlohmann::json& json) {
  return dumped(json, true);
}
std::string ascii_json_text(const nlohmann::ordered_json& json) {
  return dumped(json, true);
}

nlohmann::json parse_json(std::string_view text) {
  return nlohmann::json::parse(text, nullptr, false);
}
nlohmann::ordered_json parse_ordered_json(std::string_view text) {
  return nlohmann::ordered_json::parse(text, nullptr, false);
}

}  // namespace hpsearch::nn

#include "reports/sweep/space_text.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "reports/text/numbers.h"
#include "reports/text/printable.h"

namespace hpsearch::reports {
namespace {

using Json = nlohmann::json;

std::string value_text(const Json& value) {
  if (value.is_number_float()) {
    return short_number(value.get<double>());
  }
  if (value.is_string()) {
    return value.get<std::string>();
  }
  if (value.is_array()) {
    std::string text;
    for (const Json& item : value) {
      text += (text.empty() ? "" : ", ") + value_text(item);
    }
    return "[" + text + "]";
  }
  return nn::json_text(value);
}

std::string range_text(const Json& range) {
  if (range.is_object() && range.contains("value")) {
    return value_text(range["value"]) + " in all trials";
  }
  if (range.is_object() && range.contains("values") && range["values"].is_array()) {
    const std::string list = value_text(range["values"]);
    std::string text = list.substr(1, list.size() - 2);
    if (range.contains("probabilities")) {
      text += fmt::format(" with probabilities {}", value_text(range["probabilities"]));
    }
    return range.value("ordered", false) ? text + ", in this order" : text;
  }
  if (range.is_object() && range.contains("mu") && range.contains("sigma")) {
    return fmt::format("{}, mu {}, sigma {}", range.value("distribution", "normal"),
                       value_text(range["mu"]), value_text(range["sigma"]));
  }
  if (!range.is_object() || !range.contains("min") || !range.contains("max")) {
    return nn::json_text(range);
  }
  const bool integer = range.value("type", "real") == "integer";
  auto bound = [&](const char* key) {
    const Json& x = range[key];
    return integer && x.is_number() ? fmt::format("{:.0f}", x.get<double>()) : value_text(x);
  };
  std::string text = fmt::format("{} to {}", bound("min"), bound("max"));
  if (range.value("scale", "linear") == "log") {
    text += ", log scale";
  }
  const double step = range.value("step", 0.0);
  if (step != 0.0 && !(integer && step == 1.0)) {
    text += fmt::format(", multiples of {}", short_number(step));
  }
  return text;
}

}  // namespace

std::map<std::string, std::string> range_texts(const std::string& space_json) {
  std::map<std::string, std::string> texts;
  const Json space = nn::parse_json(space_json);  // must outlive its items()
  if (space.is_object()) {
    for (const auto& [name, range] : space.items()) {
      std::string text = range_text(range);
      if (range.is_object() && range.contains("when") && range["when"].is_string()) {
        text += ", when " + range["when"].get<std::string>();
      }
      texts.emplace(name, printable(text));
    }
  }
  return texts;
}

std::string place_bar(double unit) {
  constexpr int kColumns = 12;
  std::string bar(kColumns, '.');
  const double place = std::clamp(unit, 0.0, 1.0) * (kColumns - 1);
  bar[static_cast<std::size_t>(std::lround(place))] = unit < 0.0 ? '<' : unit > 1.0 ? '>' : 'o';
  return "[" + bar + "]";
}

}  // namespace hpsearch::reports

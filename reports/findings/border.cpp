#include "reports/findings/border.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "nn/settings/settings.h"
#include "reports/text/numbers.h"
#include "reports/text/printable.h"

namespace hpsearch::reports {
namespace {

using Json = nlohmann::json;

constexpr double kEdge = 0.05;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// A numeric parameter as a run records it.
struct Range {
  double low;
  double high;
  bool logarithmic;
  double step;
  bool integer;
  double limit_low = -kInfinity;
  double limit_high = kInfinity;

  double place(double x) const {
    return logarithmic ? std::log(x / low) / std::log(high / low) : (x - low) / (high - low);
  }
};

std::optional<Range> read_range(const Json& json) {
  if (!json.is_object() || !json.contains("min")) {
    return std::nullopt;
  }
  Range range{json["min"].get<double>(), json["max"].get<double>(),
              json.value("scale", "") == "log", json.value("step", 0.0),
              json.value("type", "") == "integer"};
  if (const auto limits = json.find("limits"); limits != json.end()) {
    auto limit = [&](std::size_t i, double none) {
      return (*limits)[i].is_number() ? (*limits)[i].get<double>() : none;
    };
    range.limit_low = limit(0, -kInfinity);
    range.limit_high = limit(1, kInfinity);
  }
  return range;
}

// Rounds a suggestion to two significant digits, or to as many as it takes to stay beyond `edge`.
double rounded(double x, double edge, bool upper) {
  double round = x;
  for (int digits = 1; digits < 16; ++digits) {
    const std::string text = fmt::format("{:.{}e}", x, digits);
    std::from_chars(text.data(), text.data() + text.size(), round);
    if (upper ? round > edge : round < edge) {
      break;
    }
  }
  return round;
}

// The edge moved outwards: by a quarter of the range on a log scale, by half of it on a linear one.
double widened(const Range& range, bool upper) {
  double edge = 0.0;
  if (range.logarithmic) {
    const double factor = std::pow(range.high / range.low, 0.25);
    edge = upper ? range.high * factor : range.low / factor;
  } else {
    const double part = (range.high - range.low) / 2.0;
    edge = upper ? range.high + part : range.low - part;
  }
  if (range.integer) {
    edge = upper ? std::max(std::round(edge), range.high + 1.0)
                 : std::min(std::round(edge), range.low - 1.0);
    // A log scale has no 0.
    edge = range.logarithmic ? std::max(edge, 1.0) : edge;
  } else {
    edge = rounded(edge, upper ? range.high : range.low, upper);
  }
  return std::clamp(edge, range.limit_low, range.limit_high);
}

std::string number_text(const Range& range, double x) {
  return range.integer ? fmt::format("{}", static_cast<std::int64_t>(x)) : fmt::format("{}", x);
}

std::string range_yaml(const std::string& name, const Range& range, bool upper) {
  const double low = upper ? range.low : widened(range, false);
  const double high = upper ? widened(range, true) : range.high;
  std::string yaml = fmt::format("{}: {{min: {}, max: {}", name, number_text(range, low),
                                 number_text(range, high));
  const bool quantised = range.step != 0.0 && range.step != 1.0;
  if (quantised) {
    yaml += fmt::format(", distribution: {}, q: {}",
                        range.logarithmic ? "q_log_uniform_values" : "q_uniform", range.step);
  } else if (range.logarithmic) {
    yaml += ", scale: log";
  }
  return yaml + "}";
}

std::string edge_of(bool beyond, bool upper, double low, double high) {
  return fmt::format("{} the {} edge of its range {} to {}", beyond ? "beyond" : "at",
                     upper ? "upper" : "lower", short_number(low), short_number(high));
}

std::optional<BorderWarning> check_range(const std::string& name,
                                         const Range& range,
                                         const nn::Value& value) {
  // Of two values, one is always at an edge.
  const bool two_values = range.step != 0.0 && (range.high - range.low) / range.step < 2.0;
  if (!value.is_number() || two_values || range.high <= range.low) {
    return std::nullopt;
  }
  const double x = value.number();
  const double place = range.place(x);
  const bool lower = place <= kEdge && range.low > range.limit_low;
  const bool upper = place >= 1.0 - kEdge && range.high < range.limit_high;
  if (!lower && !upper) {
    return std::nullopt;
  }
  // The new range must contain the best value with room beyond it, even if it was enqueued outside.
  Range reached = range;
  reached.low = std::min(range.low, x);
  reached.high = std::max(range.high, x);
  const bool beyond = x < range.low || x > range.high;
  return BorderWarning{name,    value,
                       upper,   edge_of(beyond, upper, range.low, range.high),
                       "widen", range_yaml(name, reached, upper)};
}

// A normal distribution has no edge, but values far out in a tail are rarely drawn. The remedy
// moves its mean by one deviation. If a bound keeps the value there, moving the mean would not
// help.
std::optional<BorderWarning> check_normal(const std::string& name,
                                          const Json& json,
                                          const nn::Value& value) {
  search::Normal normal{json.value("mu", 0.0), json.value("sigma", 1.0),
                        json.value("distribution", "") == "log_normal"};
  if (const auto bounds = json.find("bounds"); bounds != json.end()) {
    normal.low = (*bounds)[0].is_number() ? (*bounds)[0].get<double>() : normal.low;
    normal.high = (*bounds)[1].is_number() ? (*bounds)[1].get<double>() : normal.high;
  }
  const auto unit = search::unit_coordinate(normal, value);
  if (!unit || (*unit > kEdge && *unit < 1.0 - kEdge)) {
    return std::nullopt;
  }
  const bool upper = *unit > 0.5;
  auto on_scale = [&](double x) { return normal.logarithmic ? std::log(x) : x; };
  const double moved = normal.mu + (upper ? normal.sigma : -normal.sigma);
  const double bound = on_scale(upper ? normal.high : normal.low);
  if (upper ? moved >= bound : moved <= bound) {
    return std::nullopt;
  }
  const double limit = search::value_at(normal, upper ? 1.0 - kEdge : kEdge).number();
  const char* kind = normal.logarithmic ? "log_normal" : "normal";
  return BorderWarning{
      name,
      value,
      upper,
      fmt::format("in the {} 5 % of its {} distribution, {} {}", upper ? "highest" : "lowest", kind,
                  upper ? "above" : "below", short_number(limit)),
      "move",
      fmt::format("{}: {{distribution: {}, mu: {}, sigma: {}}}", name, kind,
                  rounded(moved, normal.mu, upper), normal.sigma)};
}

// The next value to add to a list of numbers at its lower or upper end. It continues with the same
// difference if all differences are equal or a value is not positive, else with the same factor.
// The bounds of the setting cap it: a step that would pass one goes halfway there. Empty if nothing
// fits.
std::optional<double> next_value(const std::string& name,
                                 const std::vector<double>& numbers,
                                 bool upper) {
  const std::size_t n = numbers.size();
  const double edge = upper ? numbers[n - 1] : numbers[0];
  const double before = upper ? numbers[n - 2] : numbers[1];
  const double step = edge - before;
  bool even = true;
  for (std::size_t i = 1; i < n; ++i) {
    even = even && std::abs(numbers[i] - numbers[i - 1] - std::abs(step)) <= 1e-9 * std::abs(step);
  }
  const nn::SettingInfo* setting = nn::find_setting(name);
  const bool whole = setting != nullptr && setting->type == nn::SettingInfo::Type::kInteger;
  double next = even || numbers.front() <= 0.0 ? edge + step : edge * (edge / before);
  if (setting != nullptr) {
    const double bound = upper ? setting->max : setting->min;
    const bool open = upper ? setting->open_max : setting->open_min;
    const bool passed =
        upper ? next > bound || (open && next >= bound) : next < bound || (open && next <= bound);
    next = passed ? (edge + bound) / 2.0 : next;
  }
  next = whole ? std::round(next) : rounded(next, edge, upper);
  if (!std::isfinite(next) || (upper ? next <= edge : next >= edge)) {
    return std::nullopt;
  }
  return next;
}

// A list of at least three distinct numbers has edges too.
std::optional<BorderWarning> check_values(const std::string& name,
                                          const Json& values,
                                          const nn::Value& value) {
  std::vector<double> numbers;
  for (const Json& item : values) {
    if (!item.is_number()) {
      return std::nullopt;
    }
    numbers.push_back(item.get<double>());
  }
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  if (numbers.size() < 3 || !value.is_number()) {
    return std::nullopt;
  }
  const bool lower = value.number() == numbers.front();
  const bool upper = value.number() == numbers.back();
  if (!lower && !upper) {
    return std::nullopt;
  }
  const auto next = next_value(name, numbers, upper);
  if (!next) {
    return std::nullopt;
  }
  const double low = numbers.front();
  const double high = numbers.back();
  numbers.insert(upper ? numbers.end() : numbers.begin(), *next);
  return BorderWarning{
      name,    value,
      upper,   edge_of(false, upper, low, high),
      "widen", fmt::format("{}: {{values: [{}]}}", name, fmt::join(numbers, ", "))};
}

// Ordered strings and lists of widths have edges too, but only a person can tell what comes next.
std::optional<BorderWarning> check_ordered(const std::string& name,
                                           const Json& values,
                                           const search::ParamSet& params) {
  const auto is_best = [&](const Json& item) {
    return search::parse_params_json(nn::json_text(Json{{name, item}})).at(name) == params.at(name);
  };
  if (values.size() < 3 || std::all_of(values.begin(), values.end(),
                                       [](const Json& item) { return item.is_number(); })) {
    return std::nullopt;
  }
  const bool first = is_best(values.front());
  if (!first && !is_best(values.back())) {
    return std::nullopt;
  }
  return BorderWarning{
      name,     params.at(name),
      !first,   fmt::format("at the {} of its ordered values", first ? "start" : "end"),
      "extend", ""};
}

// False for lists that stand for a distribution, which has no further values, and for those that
// vary together with others (`zip`), which would need one more, too.
bool can_be_longer(const Json& space, const std::string& name, const Json& parameter) {
  const bool zipped = std::any_of(space.begin(), space.end(), [&](const Json& other) {
    return other.is_object() && other.value("with", "") == name;
  });
  return !zipped && !parameter.contains("with") &&
         !(parameter.value("ordered", false) && parameter.contains("probabilities"));
}

}  // namespace

std::vector<BorderWarning> border_warnings(const std::vector<storage::StageRow>& stages,
                                           const std::string& params_json,
                                           const std::string& written_json) {
  std::vector<BorderWarning> warnings;
  if (stages.empty()) {
    return warnings;
  }
  const search::ParamSet params = search::parse_params_json(params_json);
  const Json written =
      nn::parse_json(written_json.empty() ? stages.front().space_json : written_json);
  for (const auto& [name, value] : params) {
    if (name == "seed") {  // a seed has no direction to go on in
      continue;
    }
    const auto parameter = written.find(name);
    if (parameter == written.end()) {
      continue;
    }
    std::optional<BorderWarning> warning;
    if (auto range = read_range(*parameter)) {
      // With `expand: auto`, boxes reach beyond the written range: the edge is that of everything
      // searched.
      for (const storage::StageRow& stage : stages) {
        const Json space = nn::parse_json(stage.space_json);
        if (const auto box = space.find(name); box != space.end()) {
          if (const auto searched = read_range(*box)) {
            range->low = std::min(range->low, searched->low);
            range->high = std::max(range->high, searched->high);
          }
        }
      }
      warning = check_range(name, *range, value);
    } else if (parameter->contains("values") && can_be_longer(written, name, *parameter)) {
      warning = check_values(name, (*parameter)["values"], value);
      if (!warning && parameter->value("ordered", false)) {
        warning = check_ordered(name, (*parameter)["values"], params);
      }
    } else if (parameter->contains("mu")) {
      warning = check_normal(name, *parameter, value);
    }
    if (warning) {
      warnings.push_back(*std::move(warning));
    }
  }
  return warnings;
}

std::string to_text(const BorderWarning& warning) {
  return fmt::format("{} {} lies {}; {} it{}", printable(warning.parameter),
                     short_text(warning.value), warning.place, warning.remedy,
                     warning.yaml.empty() ? "" : ":\n  " + printable(warning.yaml));
}

}  // namespace hpsearch::reports

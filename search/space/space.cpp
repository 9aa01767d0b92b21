#include "search/space/space.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <variant>

#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "nn/base/sha256.h"
#include "nn/base/value_json.h"

namespace hpsearch::search {
namespace {

using Json = nlohmann::ordered_json;

// Names and strings come from users: invalid UTF-8 must not abort a run.
std::string dump(const Json& json) {
  return nn::json_text(json);
}

Json bounds(double low, double high) {
  // JSON has no infinity; an unbounded end is null.
  auto or_null = [](double x) { return std::isfinite(x) ? Json(x) : Json(nullptr); };
  return {or_null(low), or_null(high)};
}

// What reports, resumed runs and the page read back; the keys are part of the stored format.
Json describe_distribution(const Parameter& parameter) {
  const Distribution& distribution = parameter.distribution;
  if (const auto* fixed = std::get_if<Fixed>(&distribution)) {
    return {{"value", nn::value_to_json(fixed->value)}};
  }
  if (const auto* categorical = std::get_if<Categorical>(&distribution)) {
    Json json{{"values", nn::value_to_json(nn::Value(categorical->values))}};
    if (!categorical->probabilities.empty()) {
      json["probabilities"] = categorical->probabilities;
    }
    if (categorical->ordered) {
      json["ordered"] = true;
    }
    return json;
  }
  if (const auto* normal = std::get_if<Normal>(&distribution)) {
    return {{"distribution", normal->logarithmic ? "log_normal" : "normal"},
            {"mu", normal->mu},
            {"sigma", normal->sigma},
            {"bounds", bounds(normal->low, normal->high)},
            {"type", normal->integer ? "integer" : "real"}};
  }
  if (const auto* beta = std::get_if<Beta>(&distribution)) {
    return {{"distribution", "beta"}, {"a", beta->a}, {"b", beta->b}, {"type", "real"}};
  }
  const auto& range = std::get<Numeric>(distribution);
  Json json{
      {"min", range.low}, {"max", range.high}, {"scale", range.logarithmic ? "log" : "linear"}};
  if (range.step != 0.0) {
    json["step"] = range.step;
  }
  json["type"] = range.integer ? "integer" : "real";
  if (std::isfinite(parameter.limit_low) || std::isfinite(parameter.limit_high)) {
    json["limits"] = bounds(parameter.limit_low, parameter.limit_high);
  }
  return json;
}

Json describe(const Parameter& parameter) {
  Json json = describe_distribution(parameter);
  if (!parameter.leader.empty()) {
    Json values = Json::array();
    for (const Parameter::Row& row : parameter.rows) {
      values.push_back(nn::value_to_json(row.own));
    }
    json = {{"values", values}, {"with", parameter.leader}};
  }
  if (parameter.when) {
    json["when"] = parameter.when->text();
  }
  return json;
}

// Replaces the ranges and choices by those of a box. False, or Json::exception or
// std::bad_variant_access, where the text is damaged.
bool take_box(Parameter& parameter, const Json& json) {
  if (auto* range = std::get_if<Numeric>(&parameter.distribution)) {
    range->low = json.at("min").get<double>();
    range->high = json.at("max").get<double>();
    return range->low <= range->high;
  }
  if (auto* choice = std::get_if<Categorical>(&parameter.distribution)) {
    choice->values = std::get<nn::ValueList>(nn::value_from_json(json.at("values")));
    choice->probabilities = json.value("probabilities", std::vector<double>{});
    return !choice->values.empty() &&
           (choice->probabilities.empty() || choice->probabilities.size() == choice->values.size());
  }
  if (auto* normal = std::get_if<Normal>(&parameter.distribution)) {
    auto bound = [&](std::size_t i, double none) {
      const Json& end = json.at("bounds").at(i);
      return end.is_number() ? end.get<double>() : none;
    };
    normal->low = bound(0, normal->low);
    normal->high = bound(1, normal->high);
    return normal->low <= normal->high;
  }
  return true;
}

}  // namespace

const Parameter* find_parameter(const Space& space, std::string_view name) {
  const auto found =
      std::find_if(space.begin(), space.end(), [&](const Parameter& p) { return p.name == name; });
  return found == space.end() ? nullptr : &*found;
}

std::size_t searched_count(const Space& space) {
  return static_cast<std::size_t>(std::count_if(space.begin(), space.end(), [](const Parameter& p) {
    return !std::holds_alternative<Fixed>(p.distribution);
  }));
}

bool has_conditions(const Space& space) {
  return std::any_of(space.begin(), space.end(),
                     [](const Parameter& p) { return p.when.has_value() || !p.leader.empty(); });
}

namespace {

// A leader's value from outside of its list leads nowhere: the others stay as they are.
void follow_leaders(const Space& space, ParamSet& params) {
  for (const Parameter& parameter : space) {
    const auto leader = params.find(parameter.leader);
    if (parameter.leader.empty() || leader == params.end()) {
      continue;
    }
    const auto row = std::find_if(parameter.rows.begin(), parameter.rows.end(), [&](const auto& r) {
      return same_value(r.leader, leader->second);
    });
    if (row != parameter.rows.end()) {
      params.insert_or_assign(parameter.name, row->own);
    }
  }
}

}  // namespace

ParamSet active_params(const Space& space, ParamSet params) {
  follow_leaders(space, params);
  // Conditions may depend on parameters that have conditions themselves, so resolve them in rounds:
  // a parameter can be decided once all that its condition names are.
  std::vector<const Parameter*> open;
  for (const Parameter& parameter : space) {
    if (parameter.when && params.contains(parameter.name)) {
      open.push_back(&parameter);
    }
  }
  while (!open.empty()) {
    // Parameters that still wait for an undecided one go to the front of `open`.
    const auto decidable = std::partition(open.begin(), open.end(), [&](const Parameter* p) {
      const auto names = p->when->names();
      return std::any_of(names.begin(), names.end(), [&](const Expression::Name& needed) {
        return std::any_of(open.begin(), open.end(),
                           [&](const Parameter* o) { return o->name == needed.name; });
      });
    });
    // A cycle; the sweep file's reader rejects those.
    if (decidable == open.end()) {
      break;
    }
    for (auto p = decidable; p != open.end(); ++p) {
      // Unknown means that the condition does not hold.
      if (!(*p)->when->holds(params).value_or(false)) {
        params.erase((*p)->name);
      }
    }
    open.erase(decidable, open.end());
  }
  return params;
}

bool satisfies(const Constraints& constraints, const ParamSet& params) {
  return std::all_of(constraints.begin(), constraints.end(), [&](const Expression& constraint) {
    // Unknown means that the constraint does not apply.
    return constraint.holds(params).value_or(true);
  });
}

std::optional<double> space_size(const Space& space) {
  double size = 1.0;
  for (const Parameter& parameter : space) {
    const auto count = value_count(parameter.distribution);
    if (!count) {
      return std::nullopt;
    }
    size *= *count;
  }
  return size;
}

std::string params_json(const ParamSet& params) {
  Json json = Json::object();
  for (const auto& [name, value] : params) {
    json[name] = nn::value_to_json(value);
  }
  return dump(json);
}

// ParamSet is a sorted map, so writing it back gives the same bytes.
ParamSet parse_params_json(std::string_view text) {
  const Json json = nn::parse_ordered_json(text);
  if (!json.is_object()) {
    throw std::runtime_error("params_json is not a JSON object: " + std::string(text));
  }
  ParamSet params;
  for (const auto& [name, value] : json.items()) {
    params.emplace(name, nn::value_from_json(value));
  }
  return params;
}

std::string params_hash(const ParamSet& params) {
  return nn::sha256_hex(params_json(params)).substr(0, 16);
}

std::string space_json(const Space& space) {
  Json json = Json::object();
  for (const Parameter& parameter : space) {
    json[parameter.name] = describe(parameter);
  }
  return dump(json);
}

Space parse_space_json(Space declared, std::string_view text) {
  const Json json = nn::parse_ordered_json(text);
  for (Parameter& parameter : declared) {
    const auto found = json.is_object() ? json.find(parameter.name) : json.end();
    if (found == json.end() || !found->is_object()) {
      throw std::runtime_error("the stored space of a stage lacks parameter '" + parameter.name +
                               "'");
    }
    bool taken = false;
    try {
      taken = take_box(parameter, *found);
    } catch (const Json::exception&) {          // a key is missing or has another type
    } catch (const std::bad_variant_access&) {  // the values are no list
    }
    if (!taken) {
      throw std::runtime_error("the stored space of a stage does not describe parameter '" +
                               parameter.name + "'");
    }
  }
  return declared;
}

}  // namespace hpsearch::search

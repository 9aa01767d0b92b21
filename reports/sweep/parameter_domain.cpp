#include "reports/sweep/parameter_domain.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "nn/base/python_text.h"
#include "search/space/distribution.h"

namespace hpsearch::reports {
namespace {

using Values = std::vector<nn::Value>;  // one parameter's values, in the order of the trials

const SearchedParameter* find_declared(const SweepData& data, const std::string& name) {
  const auto found = std::find_if(data.parameters.begin(), data.parameters.end(),
                                  [&](const SearchedParameter& p) { return p.name == name; });
  return found == data.parameters.end() ? nullptr : &*found;
}

std::map<std::string, Values> values_of_trials(const SweepData& data) {
  std::map<std::string, Values> values;
  for (const TrialData& trial : data.trials) {
    for (const auto& [name, value] : trial.params) {
      values[name].push_back(value);
    }
  }
  return values;
}

bool all_numbers(const Values& values) {
  return std::all_of(values.begin(), values.end(),
                     [](const nn::Value& v) { return v.is_number() && std::isfinite(v.number()); });
}

bool all_whole(const Values& values) {
  return std::all_of(values.begin(), values.end(), [](const nn::Value& value) {
    return std::holds_alternative<std::int64_t>(value);
  });
}

bool is_multiple(double x, double step) {
  const double steps = x / step;
  return std::abs(steps - std::round(steps)) < 1e-9 * std::max(1.0, std::abs(steps));
}

// The declared range, adjusted to the values; empty if one of them is not a number of the range.
std::optional<RangeDomain> declared_range(const SearchedParameter& parameter,
                                          const Values& values) {
  const bool positive = std::all_of(values.begin(), values.end(), [](const nn::Value& value) {
    return value.is_number() && value.number() > 0.0;
  });
  if (!parameter.numeric || !std::isfinite(parameter.low) || !std::isfinite(parameter.high) ||
      !all_numbers(values) || (parameter.logarithmic && !positive)) {
    return std::nullopt;
  }
  RangeDomain range{parameter.low, parameter.high, parameter.logarithmic,
                    parameter.integer && all_whole(values)};
  const bool stepped = parameter.step > 0.0 && !parameter.logarithmic &&
                       std::all_of(values.begin(), values.end(), [&](const nn::Value& value) {
                         return is_multiple(value.number(), parameter.step);
                       });
  // Other programs take low as the first step, so the ends move onto the grid.
  if (stepped) {
    const search::Numeric numeric{parameter.low, parameter.high, false, parameter.step,
                                  parameter.integer};
    range.low = search::first_value(numeric);
    range.high = search::last_value(numeric);
    range.step = parameter.step;
  } else if (range.integer) {
    range.low = std::ceil(range.low);
    range.high = std::floor(range.high);
    range.step = range.logarithmic ? 0.0 : 1.0;
  }
  return range;
}

// The domain implied by the values, for parameters without a declared range: from the smallest to
// the largest number, or each distinct value.
std::variant<RangeDomain, ChoiceDomain> domain_of_values(const Values& values) {
  // A single number is a choice: a range from x to x is invalid elsewhere.
  const bool varies =
      std::any_of(values.begin(), values.end(), [&](const auto& v) { return v != values.front(); });
  if (varies && all_numbers(values)) {
    const auto [low, high] = std::minmax_element(
        values.begin(), values.end(),
        [](const nn::Value& a, const nn::Value& b) { return a.number() < b.number(); });
    const bool whole = all_whole(values);
    return RangeDomain{low->number(), high->number(), false, whole, whole ? 1.0 : 0.0};
  }
  ChoiceDomain choices;
  for (const nn::Value& value : values) {
    if (!choices.index(value)) {
      choices.values.push_back(value);
    }
  }
  return choices;
}

}  // namespace

std::optional<std::size_t> ChoiceDomain::index(const nn::Value& value) const {
  const auto found = std::find(values.begin(), values.end(), value);
  return found == values.end() ? std::nullopt
                               : std::optional(static_cast<std::size_t>(found - values.begin()));
}

std::vector<ParameterDomain> parameter_domains(const SweepData& data) {
  std::vector<ParameterDomain> domains;
  for (const auto& [name, values] : values_of_trials(data)) {
    const SearchedParameter* declared = find_declared(data, name);
    if (declared != nullptr && !declared->numeric) {
      domains.push_back({name, ChoiceDomain{declared->choices}});
      continue;
    }
    const auto range = declared == nullptr ? std::nullopt : declared_range(*declared, values);
    if (range) {
      domains.push_back({name, *range});
    } else {
      domains.push_back({name, domain_of_values(values)});
    }
  }
  return domains;
}

const ParameterDomain* find_domain(const std::vector<ParameterDomain>& domains,
                                   const std::string& name) {
  const auto found = std::find_if(domains.begin(), domains.end(),
                                  [&](const ParameterDomain& d) { return d.name == name; });
  return found == domains.end() ? nullptr : &*found;
}

nn::Value flat_value(const nn::Value& value) {
  const bool flat = !std::holds_alternative<nn::ValueList>(value) &&
                    !std::holds_alternative<nn::ValueMap>(value);
  // As json.dumps writes it, so that Python code can look a choice up by that text.
  return flat ? value : nn::Value(nn::python_json(value));
}

}  // namespace hpsearch::reports

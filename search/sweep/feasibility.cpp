#include "search/sweep/feasibility.h"

#include <algorithm>
#include <limits>
#include <set>

namespace hpsearch::search {

std::vector<std::string> result_names(std::span<const ResultConstraint> constraints) {
  std::set<std::string> names;
  for (const ResultConstraint& constraint : constraints) {
    names.insert(constraint.results.begin(), constraint.results.end());
  }
  return {names.begin(), names.end()};
}

std::vector<double> margins_of(std::span<const ResultConstraint> constraints,
                               const ParamSet& params,
                               const TrialResults& results,
                               bool whole) {
  ParamSet values = params;
  for (const auto& [name, value] : results) {
    values.insert_or_assign(name, value);
  }
  std::vector<double> margins;
  margins.reserve(constraints.size());
  for (const ResultConstraint& constraint : constraints) {
    const bool early = std::all_of(constraint.results.begin(), constraint.results.end(),
                                   [](const auto& name) { return name == kParametersResult; });
    if (!whole && !early) {
      margins.push_back(std::numeric_limits<double>::quiet_NaN());
      continue;
    }
    const bool measured =
        std::all_of(constraint.results.begin(), constraint.results.end(),
                    [&](const std::string& name) { return results.contains(name); });
    margins.push_back(constraint.expression.margin(values).value_or(measured ? 0.0 : 1.0));
  }
  return margins;
}

double violation_of(std::span<const double> margins) {
  double sum = 0.0;
  for (const double margin : margins) {
    sum += margin > 0.0 ? margin : 0.0;
  }
  return sum;
}

}  // namespace hpsearch::search

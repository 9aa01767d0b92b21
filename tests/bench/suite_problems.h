// The suite: problems like those that sweeps meet, on which methods are compared and tuned.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "search/space/space.h"

namespace hpsearch::bench {

struct SuiteTrial {
  std::optional<double> score;  // what the search is told, lower is better; empty: it diverged
  double regret = 0.0;          // without noise, 0 at the best; of a diverged one without meaning
};

struct SuiteProblem {
  std::string name;
  search::Space space;
  search::Constraints constraints;
  std::function<SuiteTrial(const search::ParamSet&)> trial;  // may be called by many threads
};

// A parameter that only trials have for which the condition holds.
inline search::Parameter when(search::Parameter parameter, std::string_view condition) {
  parameter.when = search::Expression::parse(condition);
  return parameter;
}

// Categories.
inline search::Parameter choice(std::string name, const std::vector<std::string>& names) {
  search::Categorical of;
  of.values.assign(names.begin(), names.end());
  return {std::move(name), std::move(of)};
}
inline search::Parameter flag(std::string name) {
  return {std::move(name), search::Categorical{{false, true}}};
}

// Formulas.
std::vector<SuiteProblem> formula_problems();

// Tables of trained networks (tables/). Throws std::runtime_error where one cannot be read.
std::vector<SuiteProblem> table_problems(const std::filesystem::path& folder);

}  // namespace hpsearch::bench

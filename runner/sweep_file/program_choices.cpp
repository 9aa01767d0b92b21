#include "runner/sweep_file/program_choices.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "runner/yaml/yaml_reader.h"

namespace hpsearch::runner {
namespace {

constexpr double kSumSlack = 1e-6;  // for sums of rounded probabilities

}  // namespace

bool read_probabilities(const YamlNode& weights,
                        const std::string& name,
                        search::Categorical& choices,
                        std::vector<Diagnostic>& diagnostics) {
  double sum = 0.0;
  for (const YamlNode& item : weights.items) {
    const auto p = read_real(item, "probabilities", {.min = 0.0, .max = 1.0}, diagnostics);
    if (!p) {
      return false;
    }
    choices.probabilities.push_back(*p);
    sum += *p;
  }
  if (choices.probabilities.size() != choices.values.size()) {
    diagnostics.push_back(
        {weights.position,
         fmt::format("'probabilities' of '{}' has {} numbers for {} values; give one each", name,
                     choices.probabilities.size(), choices.values.size())});
    return false;
  }
  if (sum < 1.0 - kSumSlack || sum > 1.0 + kSumSlack) {
    diagnostics.push_back(
        {weights.position, fmt::format("the probabilities of '{}' add up to {:.6g}; they must add "
                                       "up to 1",
                                       name, sum)});
    return false;
  }
  return true;
}

search::Categorical join_equal(const search::Categorical& choices, bool weighted) {
  search::Categorical joined;
  joined.ordered = choices.ordered;
  std::vector<double> chances;
  bool even = true;
  for (std::size_t i = 0; i < choices.values.size(); ++i) {
    const double chance = choices.probabilities.empty()
                              ? 1.0 / static_cast<double>(choices.values.size())
                              : choices.probabilities[i];
    const auto known =
        std::find_if(joined.values.begin(), joined.values.end(),
                     [&](const nn::Value& v) { return search::same_value(v, choices.values[i]); });
    if (known != joined.values.end()) {
      chances[static_cast<std::size_t>(known - joined.values.begin())] += chance;
      even = false;
    } else if (chance > 0.0) {
      joined.values.push_back(choices.values[i]);
      chances.push_back(chance);
    }
  }
  if (weighted && (!even || !choices.probabilities.empty())) {
    joined.probabilities = std::move(chances);
  }
  return joined;
}

}  // namespace hpsearch::runner

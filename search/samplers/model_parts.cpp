#include "search/samplers/model_parts.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <unordered_set>

#include "search/samplers/random_sampler.h"

namespace hpsearch::search {
namespace {

// The coordinates as a hashable key. All NaN (no value) are equal here, although NaN has many bit
// patterns.
std::string bytes_of(std::span<const double> point) {
  std::string bytes;
  for (const double x : point) {
    const double number = std::isnan(x) ? -1.0 : x;
    bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
  }
  return bytes;
}

}  // namespace

ModelParts::ModelParts(SearchProblem problem)
    : problem_(std::move(problem)),
      points_(problem_.space, problem_.constraints, problem_.seed, 0),
      units_(problem_.space),
      trials_(units_, problem_.earlier),
      countable_(space_size(problem_.space).has_value()) {}

bool ModelParts::too_early(const Known& known) const {
  const auto& startup = problem_.options.startup;
  const std::size_t start = startup ? static_cast<std::size_t>(std::max(1, *startup)) : kStart;
  return results(known) < start || units_.size() == 0;
}

std::function<bool(std::span<const double>)> ModelParts::allowed(
    std::span<const ModelTrial> trials) const {
  std::unordered_set<std::string> tried;
  if (countable_ && problem_.options.avoid_duplicates) {
    for (const ModelTrial& trial : trials.subspan(trials_.earlier().size())) {
      tried.insert(bytes_of({trial.point, units_.size()}));
    }
  }
  if (problem_.constraints.empty() && tried.empty()) {
    return {};
  }
  return [this, tried = std::move(tried)](std::span<const double> point) {
    return (tried.empty() || !tried.contains(bytes_of(point))) &&
           (problem_.constraints.empty() || satisfies(problem_.constraints, units_.decode(point)));
  };
}

Suggestion ModelParts::start(std::uint64_t position, const Known& known) {
  if (known.draw > 0) {
    return {draw_params(problem_.space, problem_.seed, position, known.draw), 0, {}, {}, {}};
  }
  return {points_.point(position), 0, {}, {}, {}};
}

nn::Stream ModelParts::stream(std::uint64_t position,
                              const Known& known,
                              std::uint32_t index) const {
  return {nn::trial_seed(problem_.seed, position), nn::Purpose::kSuggest, known.draw, index};
}

}  // namespace hpsearch::search

#include "search/samplers/model_parts.h"

#include <algorithm>

#include "search/samplers/random.h"

namespace hpsearch::search {

ModelParts::ModelParts(SearchProblem problem)
    : problem_(std::move(problem)),
      points_(problem_.space, problem_.constraints, problem_.seed, 0),
      units_(problem_.space),
      trials_(units_, problem_.earlier) {}

bool ModelParts::too_early(const Known& known) const {
  const auto& startup = problem_.options.startup;
  const std::size_t start = startup ? static_cast<std::size_t>(std::max(1, *startup)) : kStart;
  return results(known) < start || units_.size() == 0;
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

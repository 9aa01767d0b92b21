#include "search/choose.h"

#include <stdexcept>
#include <utility>

#include "search/samplers/grid.h"
#include "search/samplers/random.h"

namespace hpsearch::search {
namespace {

constexpr std::uint32_t kOwnDraws = 100;      // of the method, which may take a while each
constexpr std::uint32_t kAllDraws = 100'000;  // with independent ones

constexpr double kMaxCounted = 100'000.0;

}  // namespace

Suggestion choose(Sampler& sampler, const Rules& rules, std::uint64_t position, Known known) {
  Suggestion suggestion;
  for (known.draw = 0; known.draw < kOwnDraws; ++known.draw) {
    suggestion = sampler.suggest(position, known);
    if (suggestion.carried || satisfies(rules.constraints, suggestion.params)) {
      return suggestion;
    }
  }
  known.draw = 0;
  const Space box = sampler.stage_start(position, known).space;
  for (std::uint32_t draw = kOwnDraws; draw < kAllDraws; ++draw) {
    suggestion.params = draw_params(box, rules.seed, position, draw);
    if (satisfies(rules.constraints, suggestion.params)) {
      suggestion.why = {{"drawn", std::string("at random, for the constraints")}};
      return suggestion;
    }
  }
  throw std::runtime_error(
      "no parameters that satisfy the constraints were found in 100,000 draws; loosen the "
      "constraints, or narrow the ranges to where they hold");
}

std::optional<std::uint64_t> count_points(const Rules& rules) {
  const auto all = space_size(rules.space);
  if (!all || *all > kMaxCounted) {
    return std::nullopt;
  }
  SearchProblem problem{.space = rules.space, .constraints = rules.constraints};
  for (Parameter& parameter : problem.space) {
    parameter.grid = 0;  // all of its values, not those that a grid asks for
  }
  return make_grid_sampler(std::move(problem))->size();
}

double feasible_share(const Rules& rules, int draws) {
  int feasible = 0;
  for (int i = 0; i < draws; ++i) {
    // Positions that no trial reaches: the draws of trials are not looked at.
    const auto position = ~static_cast<std::uint64_t>(i);
    feasible +=
        satisfies(rules.constraints, draw_params(rules.space, rules.seed, position)) ? 1 : 0;
  }
  return static_cast<double>(feasible) / draws;
}

}  // namespace hpsearch::search

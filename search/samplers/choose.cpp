#include "search/samplers/choose.h"

#include <stdexcept>
#include <utility>
#include <vector>

#include "nn/base/random.h"
#include "search/points/grid.h"
#include "search/samplers/random_sampler.h"
#include "search/space/distinct_points.h"

namespace hpsearch::search {
namespace {

constexpr std::uint32_t kOwnDraws = 100;      // by the method itself, which may be slow
constexpr std::uint32_t kAllDraws = 100'000;  // including independent random draws

// The largest space that is enumerated.
constexpr double kMaxCounted = 100'000.0;

// All distinct trials of a space; empty if it is too large to enumerate.
std::optional<std::vector<ParamSet>> all_points(Space space, const Constraints& constraints) {
  const auto all = space_size(space);
  if (!all || *all > kMaxCounted) {
    return std::nullopt;
  }
  for (Parameter& parameter : space) {
    parameter.grid = 0;  // every value, not only those on the `grid`
  }
  const Grid grid(space);
  DistinctPoints distinct(space, constraints);
  std::vector<ParamSet> points;
  while (auto point = distinct.point(points.size(), [&](std::uint64_t i) {
    return i < *grid.size() ? std::optional(grid.point(i)) : std::nullopt;
  })) {
    points.push_back(*std::move(point));
  }
  return points;
}

// A random untried point, if there is one.
template <class IsNew>
std::optional<Suggestion> new_point(const std::vector<ParamSet>& points,
                                    const Rules& rules,
                                    std::uint64_t position,
                                    const Suggestion& repeated,
                                    const IsNew& is_new) {
  std::vector<Suggestion> left;
  for (const ParamSet& params : points) {
    Suggestion suggestion = repeated;
    suggestion.params = params;
    if (is_new(suggestion)) {
      left.push_back(std::move(suggestion));
    }
  }
  if (left.empty()) {
    return std::nullopt;
  }
  Suggestion chosen = std::move(left[nn::trial_seed(rules.seed, position) % left.size()]);
  chosen.why = {{"drawn", std::string("at random, from the untried points")}};
  return chosen;
}

}  // namespace

std::optional<Suggestion> choose(Sampler& sampler,
                                 const Rules& rules,
                                 std::uint64_t position,
                                 Known known) {
  const auto is_new = [&](const Suggestion& s) {
    return !rules.tried || !rules.tried(s.stage, s.params);
  };
  std::optional<Suggestion> repeated;  // feasible, but tried before
  Suggestion suggestion;
  for (known.draw = 0; known.draw < kOwnDraws; ++known.draw) {
    suggestion = sampler.suggest(position, known);
    if (suggestion.carried) {
      return suggestion;
    }
    if (satisfies(rules.constraints, suggestion.params)) {
      if (is_new(suggestion)) {
        if (known.draw > 0) {
          suggestion.why.push_back({"redrawn", static_cast<std::int64_t>(known.draw)});
        }
        return suggestion;
      }
      repeated = repeated ? repeated : suggestion;
    }
  }
  known.draw = 0;
  // The sampler cannot help any further. Draw within what it searches at this position.
  const Space box = sampler.stage_start(position, known).space;
  suggestion.why = {{"drawn", std::string("at random")}};
  if (repeated) {
    if (const auto points = all_points(box, rules.constraints)) {
      return new_point(*points, rules, position, *repeated, is_new);
    }
  }
  for (std::uint32_t draw = kOwnDraws; draw < kAllDraws; ++draw) {
    suggestion.params = draw_params(box, rules.seed, position, draw);
    if (satisfies(rules.constraints, suggestion.params)) {
      if (is_new(suggestion)) {
        return suggestion;
      }
      repeated = repeated ? repeated : suggestion;
    }
  }
  if (repeated) {
    return repeated;
  }
  throw std::runtime_error(
      "no parameters that satisfy the constraints were found in 100,000 draws; loosen the "
      "constraints, or narrow the ranges to where they hold");
}

std::optional<std::uint64_t> count_points(const Rules& rules) {
  const auto points = all_points(rules.space, rules.constraints);
  return points ? std::optional<std::uint64_t>(points->size()) : std::nullopt;
}

double feasible_share(const Rules& rules, int draws) {
  int feasible = 0;
  for (int i = 0; i < draws; ++i) {
    // Positions that no trial reaches, so that the estimate does not reuse the draws of trials.
    const auto position = ~static_cast<std::uint64_t>(i);
    feasible +=
        satisfies(rules.constraints, draw_params(rules.space, rules.seed, position)) ? 1 : 0;
  }
  return static_cast<double>(feasible) / draws;
}

}  // namespace hpsearch::search

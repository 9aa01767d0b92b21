#include "search/samplers/coarse_to_fine_sampler.h"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "search/points/grid.h"
#include "search/samplers/random_sampler.h"
#include "search/samplers/sobol_sampler.h"

namespace hpsearch::search {
namespace {

// Offset past the Sobol sequences of the stages themselves.
constexpr std::uint32_t kInnerSequence = 500;

// Cuts each numeric range of `box` to `share` of its width, around the trial's value.
Space around(Space box, const ParamSet& best, double share) {
  for (Parameter& parameter : box) {
    auto* range = std::get_if<Numeric>(&parameter.distribution);
    const auto value = best.find(parameter.name);
    if (range == nullptr || value == best.end()) {
      continue;
    }
    const auto place = unit_coordinate(parameter.distribution, value->second);
    if (!place) {
      continue;
    }
    // Shifted inwards at an edge, so that the width stays the same.
    const double low = std::clamp(*place - share / 2.0, 0.0, 1.0 - share);
    Numeric exact = *range;
    exact.step = 0.0;
    Numeric inner = *range;
    inner.low = std::max(range->low, number_at_place(exact, low));
    inner.high = std::min(range->high, number_at_place(exact, low + share));
    if (has_values(inner)) {
      *range = inner;
    }
  }
  return box;
}

// Enumerates the points of one stage's box.
class BoxPoints {
 public:
  // `count` is the planned number of points. Every second Sobol point lies in `inner`, if given.
  BoxPoints(const SearchProblem& problem,
            Space box,
            std::optional<Space> inner,
            int stage,
            std::uint64_t count)
      : problem_(problem),
        box_(std::move(box)),
        sobol_(box_, problem.constraints, problem.seed, static_cast<std::uint32_t>(stage)) {
    if (inner) {
      inner_.emplace(*std::move(inner), problem.constraints, problem.seed,
                     static_cast<std::uint32_t>(stage) + kInnerSequence);
    }
    if (problem.options.points == Points::kGrid) {
      grid_.emplace(box_, problem.constraints, count);
    }
  }

  const Space& box() const { return box_; }

  // Point `index` of the stage; random draws are keyed by `position` in the sweep.
  ParamSet point(std::uint64_t index, std::uint64_t position, std::uint32_t draw) {
    if (problem_.options.points == Points::kRandom || draw > 0) {
      return draw_params(box_, problem_.seed, position, draw);
    }
    if (grid_) {
      if (auto params = grid_->point(index)) {
        return *std::move(params);
      }
    }
    // Sobol points also serve when the grid runs out.
    if (!inner_) {
      return sobol_.point(index);
    }
    return index % 2 == 0 ? sobol_.point(index / 2) : inner_->point(index / 2);
  }

  std::string name() const {
    switch (problem_.options.points) {
      case Points::kRandom:
        return "random";
      case Points::kGrid:
        return grid_->shape().empty() ? "refinement of the box (too few trials for a grid)"
                                      : fmt::format("grid of {}, then its refinement",
                                                    fmt::join(grid_->shape(), " x "));
      case Points::kSobol:
        break;
    }
    return inner_ ? "sobol, every second point close to the best trial" : "sobol";
  }

 private:
  const SearchProblem& problem_;
  Space box_;
  SobolPoints sobol_;
  std::optional<SobolPoints> inner_;
  std::optional<BoxGrid> grid_;
};

class CoarseToFine final : public Sampler {
 public:
  explicit CoarseToFine(SearchProblem problem) : problem_(std::move(problem)) {
    assert(!problem_.stages.empty());
    std::uint64_t start = 0;
    for (const Stage& stage : problem_.stages) {
      starts_.push_back(start);
      start += static_cast<std::uint64_t>(stage.trials);
    }
    prepared_.resize(problem_.stages.size());
  }

  std::uint64_t needs(std::uint64_t position) const override { return starts_[stage_of(position)]; }

  bool end_stage(std::uint64_t position) override {
    const std::size_t next = stage_of(position) + 1;
    if (next == starts_.size()) {
      return false;
    }
    const std::uint64_t unused = starts_[next] - position;
    for (std::size_t stage = next; stage < starts_.size(); ++stage) {
      starts_[stage] -= unused;
    }
    return true;
  }

  Suggestion suggest(std::uint64_t position, const Known& known) override {
    const std::size_t stage = stage_of(position);
    Prepared& prepared = prepare(stage, known.ended);
    const std::uint64_t index = position - starts_[stage];
    const int epochs = problem_.stages[stage].epochs;
    if (index < prepared.carried.size()) {
      const Observation& parent = prepared.carried[index];
      return {parent.params, static_cast<int>(stage), epochs, parent.number};
    }
    return {prepared.points->point(index - prepared.carried.size(), position, known.draw),
            static_cast<int>(stage), epochs, std::nullopt};
  }

  StageStart stage_start(std::uint64_t position, const Known& known) override {
    const Prepared& prepared = prepare(stage_of(position), known.ended);
    StageStart start{prepared.points->box(), prepared.points->name(), {}, prepared.changes};
    for (const Observation& parent : prepared.carried) {
      start.carried.push_back(parent.number);
    }
    return start;
  }

 private:
  // A stage that is ready to suggest trials.
  struct Prepared {
    std::unique_ptr<BoxPoints> points;
    std::vector<Observation> carried;
    std::vector<AxisChange> changes;
  };

  std::size_t stage_of(std::uint64_t position) const {
    const auto after = std::upper_bound(starts_.begin(), starts_.end(), position);
    return static_cast<std::size_t>(after - starts_.begin()) - 1;
  }

  // Prepares all stages up to this one, each from the trials of the one before.
  Prepared& prepare(std::size_t stage, std::span<const Observation> ended) {
    for (std::size_t s = 0; s <= stage; ++s) {
      if (!prepared_[s].points) {
        begin(s, ended);
      }
    }
    return prepared_[stage];
  }

  void begin(std::size_t stage, std::span<const Observation> ended) {
    Prepared& prepared = prepared_[stage];
    const auto record = std::find_if(
        problem_.begun.begin(), problem_.begun.end(),
        [&](const BegunStage& b) { return static_cast<std::size_t>(b.stage) == stage; });
    Space box = problem_.space;
    std::optional<ParamSet> best;  // every second point lies around it
    // A resumed stage keeps its recorded box, even if the rules have changed since.
    if (record != problem_.begun.end()) {
      box = record->space;
      for (const std::uint64_t number : record->carried) {
        prepared.carried.push_back(ended[number]);
      }
    } else if (stage > 0) {
      const std::vector<Observation> before = trials_of(stage - 1, ended);
      NextBox next =
          next_box(problem_.space, prepared_[stage - 1].points->box(), before, problem_.options);
      box = std::move(next.space);
      prepared.changes = std::move(next.changes);
      carry_best(before, problem_.stages[stage].first_trials, prepared.carried);
    } else if (!problem_.earlier.empty()) {
      // The earlier sweep acts as a stage before the first. Its results come from longer training,
      // so if they were mixed with the first stage's trials they would hide these from the second
      // box.
      NextBox next = next_box(problem_.space, box, problem_.earlier, problem_.options);
      box = std::move(next.space);
      prepared.changes = std::move(next.changes);
    }
    if (!prepared.carried.empty()) {
      best = prepared.carried.front().params;
    } else if (stage == 0) {
      const auto earlier = ranked(problem_.earlier);
      best = earlier.empty() ? std::nullopt : std::optional(earlier.front()->params);
    }
    std::optional<Space> inner;
    if (best) {
      inner = around(box, *best, problem_.options.shrink * problem_.options.shrink);
    }
    const auto planned = static_cast<std::uint64_t>(problem_.stages[stage].first_trials);
    prepared.points = std::make_unique<BoxPoints>(
        problem_, std::move(box), std::move(inner), static_cast<int>(stage),
        planned - std::min(planned, prepared.carried.size()));
  }

  static std::vector<Observation> trials_of(std::size_t stage, std::span<const Observation> ended) {
    std::vector<Observation> trials;
    std::copy_if(ended.begin(), ended.end(), std::back_inserter(trials),
                 [&](const Observation& t) { return static_cast<std::size_t>(t.stage) == stage; });
    return trials;
  }

  // Carries distinct trials only: a stage contains copies of what was carried into it.
  void carry_best(std::span<const Observation> before,
                  std::int64_t room,
                  std::vector<Observation>& carried) const {
    for (const Observation* trial : ranked(before)) {
      const bool full = std::ssize(carried) >= std::min<std::int64_t>(problem_.options.carry, room);
      const bool known = std::any_of(carried.begin(), carried.end(), [&](const Observation& c) {
        return c.params == trial->params;
      });
      if (!full && !known) {
        carried.push_back(*trial);
      }
    }
  }

  SearchProblem problem_;
  std::vector<std::uint64_t> starts_;  // first position of each stage
  std::vector<Prepared> prepared_;
};

}  // namespace

std::unique_ptr<Sampler> make_coarse_to_fine_sampler(SearchProblem problem) {
  return std::make_unique<CoarseToFine>(std::move(problem));
}

}  // namespace hpsearch::search

#include "search/samplers/sobol_sampler.h"

#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "search/samplers/random_sampler.h"

namespace hpsearch::search {
namespace {

// How many points to test per feasible one; beyond that, choose() takes over.
constexpr std::uint64_t kMaxTries = 10'000;

class SobolSampler final : public Sampler {
 public:
  explicit SobolSampler(SearchProblem problem)
      : space_(std::move(problem.space)),
        seed_(problem.seed),
        points_(space_, std::move(problem.constraints), seed_, 0) {}

  Suggestion suggest(std::uint64_t position, const Known& known) override {
    // The sequence has only one point per position.
    return {known.draw == 0 ? points_.point(position)
                            : draw_params(space_, seed_, position, known.draw),
            0,
            {},
            {}};
  }
  StageStart stage_start(std::uint64_t /*position*/, const Known& /*known*/) override {
    return {space_, "sobol", {}, {}};
  }

 private:
  Space space_;
  std::uint64_t seed_;
  SobolPoints points_;
};

}  // namespace

SobolPoints::SobolPoints(Space space,
                         Constraints constraints,
                         std::uint64_t seed,
                         std::uint32_t sequence)
    : space_(std::move(space)), constraints_(std::move(constraints)) {
  const std::size_t dimensions = searched_count(space_);
  if (dimensions > ScrambledSobol::kMaxDimensions) {
    throw std::runtime_error(fmt::format(
        "Sobol points have at most {} dimensions, but {} parameters are searched; use random "
        "points or fix some of the parameters",
        ScrambledSobol::kMaxDimensions, dimensions));
  }
  if (dimensions > 0) {
    sobol_.emplace(dimensions, seed, sequence);
  }
}

ParamSet SobolPoints::point(std::uint64_t index) {
  if (constraints_.empty()) {
    return any_point(index);
  }
  // The bound counts from the start of the sequence, so the answer does not depend on what was
  // asked before.
  const std::uint64_t bound = kMaxTries * (index + 1);
  for (; feasible_.size() <= index && next_ < bound; ++next_) {
    if (satisfies(constraints_, any_point(next_))) {
      feasible_.push_back(next_);
    }
  }
  const bool found = index < feasible_.size() && feasible_[index] < bound;
  return any_point(found ? feasible_[index] : index);
}

ParamSet SobolPoints::any_point(std::uint64_t index) {
  const auto units =
      sobol_ ? sobol_->point(static_cast<std::uint32_t>(index)) : std::vector<double>{};
  ParamSet params;
  std::size_t dimension = 0;
  for (const Parameter& parameter : space_) {
    const bool fixed = std::holds_alternative<Fixed>(parameter.distribution);
    params.emplace(parameter.name,
                   value_at(parameter.distribution, fixed ? 0.0 : units[dimension++]));
  }
  return has_conditions(space_) ? active_params(space_, std::move(params)) : params;
}

std::unique_ptr<Sampler> make_sobol_sampler(SearchProblem problem) {
  return std::make_unique<SobolSampler>(std::move(problem));
}

}  // namespace hpsearch::search

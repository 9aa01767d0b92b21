#include "search/samplers/sobol.h"

#include <stdexcept>
#include <utility>

#include <fmt/format.h>

namespace hpsearch::search {
namespace {

class SobolSampler final : public Sampler {
 public:
  explicit SobolSampler(SearchProblem problem)
      : space_(std::move(problem.space)), points_(space_, problem.seed, 0) {}

  Suggestion suggest(std::uint64_t position, const Known& /*known*/) override {
    return {points_.point(position), 0, {}, {}};
  }
  StageStart stage_start(std::uint64_t /*position*/, const Known& /*known*/) override {
    return {space_, "sobol", {}, {}};
  }

 private:
  Space space_;
  SobolPoints points_;
};

}  // namespace

SobolPoints::SobolPoints(Space space, std::uint64_t seed, std::uint32_t sequence)
    : space_(std::move(space)) {
  const std::size_t dimensions = searched_count(space_);
  if (dimensions > ScrambledSobol::kMaxDimensions) {
    throw std::runtime_error(fmt::format(
        "Sobol points have at most {} dimensions, and {} parameters are searched; use random ones, "
        "or fix some of the parameters",
        ScrambledSobol::kMaxDimensions, dimensions));
  }
  if (dimensions > 0) {
    sobol_.emplace(dimensions, seed, sequence);
  }
}

ParamSet SobolPoints::point(std::uint64_t index) {
  const auto units =
      sobol_ ? sobol_->point(static_cast<std::uint32_t>(index)) : std::vector<double>{};
  ParamSet params;
  std::size_t dimension = 0;
  for (const Parameter& parameter : space_) {
    const bool fixed = std::holds_alternative<Fixed>(parameter.distribution);
    params.emplace(parameter.name,
                   value_at(parameter.distribution, fixed ? 0.0 : units[dimension++]));
  }
  return params;
}

std::unique_ptr<Sampler> make_sobol_sampler(SearchProblem problem) {
  return std::make_unique<SobolSampler>(std::move(problem));
}

}  // namespace hpsearch::search

#include "search/samplers/gp.h"

#include <limits>

#include <fmt/format.h>

#include "search/gp_search.h"
#include "search/samplers/model_parts.h"

namespace hpsearch::search {
namespace {

class GpSampler final : public Sampler {
 public:
  explicit GpSampler(SearchProblem problem)
      : parts_(std::move(problem)), search_(parts_.units(), allowed()) {}

  Suggestion suggest(std::uint64_t position, const Known& known) override {
    if (parts_.too_early(known) || known.draw > 0) {  // it has no second best
      return parts_.start(position, known);
    }
    nn::Stream stream = parts_.stream(position, known);
    std::vector<double> point(parts_.units().size(), std::numeric_limits<double>::quiet_NaN());
    search_.suggest(parts_.trials().read(known), stream, point);
    Suggestion suggestion{parts_.units().decode(point), 0, {}, {}, {}};
    if (parts_.results(known) > GpSearch::kMaxTrials) {
      suggestion.why.push_back({"model of trials", fmt::format("{} of {}", GpSearch::kMaxTrials,
                                                               parts_.results(known))});
    }
    return suggestion;
  }

  StageStart stage_start(std::uint64_t /*position*/, const Known& /*known*/) override {
    return {parts_.problem().space, "sobol, then a Gaussian process", {}, {}};
  }

 private:
  GpSearch::Allowed allowed() const {
    if (parts_.problem().constraints.empty()) {
      return {};
    }
    return [this](std::span<const double> point) {
      return satisfies(parts_.problem().constraints, parts_.units().decode(point));
    };
  }

  ModelParts parts_;
  GpSearch search_;
};

}  // namespace

std::unique_ptr<Sampler> make_gp_sampler(SearchProblem problem) {
  return std::make_unique<GpSampler>(std::move(problem));
}

}  // namespace hpsearch::search

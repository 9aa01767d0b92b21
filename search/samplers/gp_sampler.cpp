#include "search/samplers/gp_sampler.h"

#include <limits>

#include <fmt/format.h>

#include "search/models/gp_search.h"
#include "search/samplers/model_parts.h"

namespace hpsearch::search {
namespace {

class ModelGpSampler final : public GpSampler {
 public:
  explicit ModelGpSampler(SearchProblem problem)
      : parts_(std::move(problem)), search_(parts_.units()) {}

  Suggestion suggest(std::uint64_t position, const Known& known) override {
    if (parts_.too_early(known) || known.draw > 0) {  // the model has only one best point
      return parts_.start(position, known);
    }
    nn::Stream stream = parts_.stream(position, known);
    std::vector<double> point(parts_.units().size(), std::numeric_limits<double>::quiet_NaN());
    const std::vector<ModelTrial> trials = parts_.trials().read(known);
    const double chance = search_.suggest(trials, parts_.allowed(trials), stream, point);
    Suggestion suggestion{parts_.units().decode(point), 0, {}, {}, {}};
    suggestion.why.push_back({"chance of a new best", fmt::format("{:.2g} %", 100.0 * chance)});
    if (parts_.results(known) > GpSearch::kMaxTrials) {
      suggestion.why.push_back({"trials in the model", fmt::format("{} of {}", GpSearch::kMaxTrials,
                                                                   parts_.results(known))});
    }
    return suggestion;
  }

  double skill(const Known& known) override {
    return parts_.too_early(known) ? 0.0 : search_.skill(parts_.trials().read(known));
  }

  StageStart stage_start(std::uint64_t /*position*/, const Known& /*known*/) override {
    return {parts_.problem().space, "sobol, then a Gaussian process", {}, {}};
  }

 private:
  ModelParts parts_;
  GpSearch search_;
};

}  // namespace

std::unique_ptr<GpSampler> make_gp(SearchProblem problem) {
  return std::make_unique<ModelGpSampler>(std::move(problem));
}

std::unique_ptr<Sampler> make_gp_sampler(SearchProblem problem) {
  return std::make_unique<ModelGpSampler>(std::move(problem));
}

}  // namespace hpsearch::search

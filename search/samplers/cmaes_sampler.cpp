#include "search/samplers/cmaes_sampler.h"

#include <limits>
#include <optional>

#include "search/models/cma_search.h"
#include "search/samplers/model_parts.h"

namespace hpsearch::search {
namespace {

class CmaesSampler final : public Sampler {
 public:
  explicit CmaesSampler(SearchProblem problem)
      : parts_(std::move(problem)),
        search_(parts_.units(),
                parts_.problem().seed,
                parts_.problem().lag,
                parts_.trials().earlier()) {}

  Suggestion suggest(std::uint64_t position, const Known& known) override {
    nn::Stream stream = parts_.stream(position, known);
    std::vector<double> point(parts_.units().size(), std::numeric_limits<double>::quiet_NaN());
    if (!point.empty()) {
      // Only the first draw can be the Sobol point of this position; it has no second one.
      const auto even = known.draw == 0 ? std::optional(position) : std::nullopt;
      search_.suggest(parts_.trials().read_own(known), even, stream, point);
    }
    return {parts_.units().decode(point), 0, {}, {}, {}};
  }

  StageStart stage_start(std::uint64_t /*position*/, const Known& /*known*/) override {
    return {parts_.problem().space, "draws from an adapting normal distribution", {}, {}};
  }

 private:
  ModelParts parts_;
  CmaSearch search_;
};

}  // namespace

std::unique_ptr<Sampler> make_cmaes_sampler(SearchProblem problem) {
  return std::make_unique<CmaesSampler>(std::move(problem));
}

}  // namespace hpsearch::search

#include "search/samplers/tpe.h"

#include <limits>
#include <numeric>

#include "search/samplers/model_parts.h"
#include "search/tpe.h"

namespace hpsearch::search {
namespace {

std::vector<std::size_t> all_axes(const UnitSpace& units) {
  std::vector<std::size_t> axes(units.size());
  std::iota(axes.begin(), axes.end(), 0);
  return axes;
}

class TpeSampler final : public Sampler {
 public:
  explicit TpeSampler(SearchProblem problem)
      : parts_(std::move(problem)), model_(parts_.units(), all_axes(parts_.units())) {}

  Suggestion suggest(std::uint64_t position, const Known& known) override {
    if (parts_.too_early(known)) {
      return parts_.start(position, known);
    }
    nn::Stream stream = parts_.stream(position, known);
    std::vector<double> point(parts_.units().size(), std::numeric_limits<double>::quiet_NaN());
    model_.suggest(parts_.trials().read(known), stream, point);
    return {parts_.units().decode(point), 0, {}, {}, {}};
  }

  StageStart stage_start(std::uint64_t /*position*/, const Known& /*known*/) override {
    return {parts_.problem().space, "sobol, then a Parzen estimator", {}, {}};
  }

 private:
  ModelParts parts_;
  TpeModel model_;
};

}  // namespace

std::unique_ptr<Sampler> make_tpe_sampler(SearchProblem problem) {
  return std::make_unique<TpeSampler>(std::move(problem));
}

}  // namespace hpsearch::search

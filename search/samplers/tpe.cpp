#include "search/samplers/tpe.h"

#include <limits>
#include <map>
#include <string>

#include "search/samplers/model_parts.h"
#include "search/tpe.h"

namespace hpsearch::search {
namespace {

// Axes with the same condition have values in the same trials: each such group is a model of its
// own, which learns from those trials.
std::vector<std::vector<std::size_t>> groups_of(const UnitSpace& units) {
  std::map<std::string, std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < units.size(); ++i) {
    const auto& when = units.axis(i).parameter().when;
    groups[when ? when->text() : ""].push_back(i);
  }
  std::vector<std::vector<std::size_t>> result;
  for (auto& [condition, axes] : groups) {
    result.push_back(std::move(axes));
  }
  return result;
}

class TpeSampler final : public Sampler {
 public:
  explicit TpeSampler(SearchProblem problem) : parts_(std::move(problem)) {
    for (std::vector<std::size_t>& axes : groups_of(parts_.units())) {
      models_.emplace_back(parts_.units(), std::move(axes));
    }
  }

  Suggestion suggest(std::uint64_t position, const Known& known) override {
    if (parts_.too_early(known)) {
      return parts_.start(position, known);
    }
    const std::vector<ModelTrial> trials = parts_.trials().read(known);
    std::vector<double> point(parts_.units().size(), std::numeric_limits<double>::quiet_NaN());
    // What concerns axes of several models is left to further draws.
    const auto allowed = models_.size() == 1 ? parts_.allowed(trials) : TpeModel::Allowed();
    for (std::size_t group = 0; group < models_.size(); ++group) {
      nn::Stream stream = parts_.stream(position, known, static_cast<std::uint32_t>(group));
      models_[group].suggest(trials, stream, point, allowed, known.draw);
    }
    return {parts_.units().decode(point), 0, {}, {}, {}};
  }

  StageStart stage_start(std::uint64_t /*position*/, const Known& /*known*/) override {
    return {parts_.problem().space, "sobol, then a Parzen estimator", {}, {}};
  }

 private:
  ModelParts parts_;
  std::vector<TpeModel> models_;
};

}  // namespace

std::unique_ptr<Sampler> make_tpe_sampler(SearchProblem problem) {
  return std::make_unique<TpeSampler>(std::move(problem));
}

}  // namespace hpsearch::search

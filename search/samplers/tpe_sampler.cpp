#include "search/samplers/tpe_sampler.h"

#include <algorithm>
#include <limits>
#include <map>
#include <string>

#include <fmt/format.h>

#include "nn/base/portable_math.h"
#include "search/models/tpe_model.h"
#include "search/samplers/model_parts.h"

namespace hpsearch::search {
namespace {

// Axes with the same condition have values in the same trials. Each such group gets a model of its
// own, which learns from those trials: the "tree" of TPE.
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
    // Constraints and duplicates involve all axes, so with several models choose() has to redraw.
    const auto allowed = models_.size() == 1 ? parts_.allowed(trials) : TpeModel::Allowed();
    std::vector<TpeModel::Choice> choices;
    for (std::size_t group = 0; group < models_.size(); ++group) {
      nn::Stream stream = parts_.stream(position, known, static_cast<std::uint32_t>(group));
      choices.push_back(models_[group].suggest(trials, stream, point, allowed, known.draw));
    }
    Suggestion suggestion{parts_.units().decode(point), 0, {}, {}, {}};
    suggestion.why = reasons(choices, suggestion.params);
    return suggestion;
  }

  StageStart stage_start(std::uint64_t /*position*/, const Known& /*known*/) override {
    return {parts_.problem().space, "sobol, then a Parzen estimator", {}, {}};
  }

 private:
  // Combines the models whose parameters the trial has; their densities multiply.
  std::vector<Reason> reasons(const std::vector<TpeModel::Choice>& choices,
                              const ParamSet& params) const {
    std::size_t good = 0;
    double log_ratio = 0.0;
    for (std::size_t group = 0; group < models_.size(); ++group) {
      const Axis& first = parts_.units().axis(models_[group].axes().front());
      if (params.contains(first.parameter().name)) {
        good = std::max(good, choices[group].good);
        log_ratio += choices[group].log_ratio;
      }
    }
    return {{"good trials", static_cast<std::int64_t>(good)},
            {"density ratio", fmt::format("{:.3g} (good trials to others)",
                                          nn::portable_exp(std::clamp(log_ratio, -99., 99.)))}};
  }

  ModelParts parts_;
  std::vector<TpeModel> models_;
};

}  // namespace

std::unique_ptr<Sampler> make_tpe_sampler(SearchProblem problem) {
  return std::make_unique<TpeSampler>(std::move(problem));
}

}  // namespace hpsearch::search

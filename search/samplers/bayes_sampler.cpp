#include "search/samplers/bayes_sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "nn/base/portable_math.h"
#include "search/models/gp_search.h"
#include "search/samplers/cmaes_sampler.h"
#include "search/samplers/gp_sampler.h"
#include "search/samplers/model_parts.h"
#include "search/samplers/tpe_sampler.h"

namespace hpsearch::search {
namespace {

constexpr std::size_t kMostAxes = 40;  // more parameters than this: tpe
constexpr std::size_t kFew = 16;       // trials; fewer cannot tell smooth scores from rugged ones
constexpr double kSmooth = 0.75;       // skill from which scores count as smooth
constexpr double kStartWidth = 0.8;    // share of each range that the first points cover
constexpr std::uint64_t kEvery = 4;    // each fourth suggestion comes from the second method

// True if `skill`, a correlation of `pairs` pairs, is at least kSmooth minus one standard error.
// Compares under Fisher's z transformation, where the standard error is 1 / sqrt(pairs - 3).
bool smooth(double skill, std::size_t pairs) {
  auto transformed = [](double r) {
    return 0.5 * (nn::portable_log(1.0 + r) - nn::portable_log(1.0 - r));
  };
  const double error = 1.0 / std::sqrt(static_cast<double>(pairs) - 3.0);
  return transformed(std::clamp(skill, -0.999, 0.999)) + error >= transformed(kSmooth);
}

// CMA-ES for trials that other methods mostly suggested. With an unreachable lag it treats all of
// them as injected, and pulls in those that lie far out (Cma::tell()).
SearchProblem of_others(SearchProblem problem) {
  problem.lag = std::numeric_limits<std::uint64_t>::max() / 2;
  return problem;
}

class BayesSampler final : public Sampler {
 public:
  explicit BayesSampler(const SearchProblem& problem)
      : parts_(problem),
        axes_(searched_count(problem.space)),
        gp_(make_gp(problem)),
        tpe_(make_tpe_sampler(problem)),
        cmaes_(make_cmaes_sampler(of_others(problem))) {}

  Suggestion suggest(std::uint64_t position, const Known& known) override {
    if (parts_.too_early(known)) {
      return start(position, known);
    }
    // The skill costs a fit, so it is not computed where it would not be used.
    const double skill = axes_ > kMostAxes ? 0.0 : gp_->skill(known);
    const BayesChoice choice = bayes_choice(axes_, parts_.results(known), skill, position);
    Sampler& sampler = choice.method == "gp"    ? static_cast<Sampler&>(*gp_)
                       : choice.method == "tpe" ? *tpe_
                                                : *cmaes_;
    Suggestion suggestion = sampler.suggest(position, known);
    suggestion.why.insert(suggestion.why.begin(), {{"method", std::string(choice.method)},
                                                   {"since", std::string(choice.reason)}});
    if (parts_.results(known) >= kFew && axes_ <= kMostAxes) {
      suggestion.why.push_back({"skill of the model", std::floor(100.0 * skill + 0.5) / 100.0});
    }
    return suggestion;
  }

  StageStart stage_start(std::uint64_t /*position*/, const Known& /*known*/) override {
    return {parts_.problem().space,
            axes_ > kMostAxes ? "sobol, then a Parzen estimator"
                              : "sobol, then gp, cmaes or tpe by how well a Gaussian process "
                                "predicts the scores",
            {},
            {}};
  }

 private:
  Suggestion start(std::uint64_t position, const Known& known) {
    Suggestion suggestion = parts_.start(position, known);
    suggestion.why = {{"method", std::string("sobol")},
                      {"since", std::string("the search has just begun")}};
    if (known.draw > 0) {
      return suggestion;
    }
    const UnitSpace& units = parts_.units();
    std::vector<double> point(units.size());
    units.encode(suggestion.params, point);
    for (std::size_t i = 0; i < point.size(); ++i) {
      if (units.axis(i).kind() != Axis::Kind::kCategorical) {
        const double width = position == 0 ? 0.0 : kStartWidth;
        point[i] = 0.5 + width * (point[i] - 0.5);  // NaN stays NaN
      }
    }
    ParamSet nearer = units.decode(point);
    if (satisfies(parts_.problem().constraints, nearer)) {
      suggestion.params = std::move(nearer);
    }
    return suggestion;
  }

  ModelParts parts_;
  std::size_t axes_;
  std::unique_ptr<GpSampler> gp_;
  std::unique_ptr<Sampler> tpe_;
  std::unique_ptr<Sampler> cmaes_;
};

}  // namespace

BayesChoice bayes_choice(std::size_t axes,
                         std::size_t ended,
                         double skill,
                         std::uint64_t position) {
  if (axes > kMostAxes) {
    return {"tpe", "there are many parameters"};
  }
  if (ended < kFew) {
    return {"gp", "few trials have ended"};
  }
  const bool other = position % kEvery == kEvery - 1;
  if (smooth(skill, (std::min(ended, GpSearch::kMaxFitted) + 1) / 2)) {
    return {other ? "cmaes" : "gp", "the scores are smooth"};
  }
  return {other ? "tpe" : "cmaes", "the scores are rugged or noisy"};
}

std::unique_ptr<Sampler> make_bayes_sampler(SearchProblem problem) {
  return std::make_unique<BayesSampler>(problem);
}

}  // namespace hpsearch::search

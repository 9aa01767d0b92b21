#include "search/samplers/sampler.h"

#include <algorithm>
#include <array>

#include "search/samplers/bayes_sampler.h"
#include "search/samplers/cmaes_sampler.h"
#include "search/samplers/coarse_to_fine_sampler.h"
#include "search/samplers/gp_sampler.h"
#include "search/samplers/grid_sampler.h"
#include "search/samplers/random_sampler.h"
#include "search/samplers/sobol_sampler.h"
#include "search/samplers/tpe_sampler.h"

namespace hpsearch::search {
namespace {

constexpr std::array kSamplers{
    SamplerInfo{"random", "independent draws, each parameter on its own scale", Learns::kNothing,
                make_random_sampler},
    SamplerInfo{"grid", "every combination of values; ranges are refined level by level",
                Learns::kNothing, make_grid_sampler},
    SamplerInfo{"sobol", "scrambled Sobol points, spread more evenly than random ones",
                Learns::kNothing, make_sobol_sampler},
    SamplerInfo{"coarse_to_fine",
                "stages of ever longer trials, each in a box around the best so far",
                Learns::kStages, make_coarse_to_fine_sampler},
    SamplerInfo{"bayes", "gp, cmaes or tpe, by how well a Gaussian process predicts the scores",
                Learns::kTrials, make_bayes_sampler, true},
    SamplerInfo{"tpe", "a Parzen estimator: points where good trials are dense and others are not",
                Learns::kTrials, make_tpe_sampler, true},
    SamplerInfo{"gp", "points where a Gaussian process expects the largest improvement",
                Learns::kTrials, make_gp_sampler, true},
    SamplerInfo{"cmaes", "CMA-ES: a normal distribution that adapts to the better trials",
                Learns::kTrials, make_cmaes_sampler},
};

}  // namespace

std::uint64_t Sampler::needs(std::uint64_t /*position*/) const {
  return 0;
}

bool Sampler::end_stage(std::uint64_t /*position*/) {
  return false;
}

std::span<const SamplerInfo> sampler_table() {
  return kSamplers;
}

const SamplerInfo* find_sampler(std::string_view name) {
  const auto* found = std::find_if(kSamplers.begin(), kSamplers.end(),
                                   [&](const SamplerInfo& s) { return s.name == name; });
  return found == kSamplers.end() ? nullptr : found;
}

}  // namespace hpsearch::search

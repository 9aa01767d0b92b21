#include "search/samplers/random_sampler.h"

#include "nn/base/random.h"

namespace hpsearch::search {
namespace {

class RandomSampler final : public Sampler {
 public:
  explicit RandomSampler(SearchProblem problem) : problem_(std::move(problem)) {}

  Suggestion suggest(std::uint64_t position, const Known& known) override {
    return {draw_params(problem_.space, problem_.seed, position, known.draw), 0, {}, {}};
  }
  StageStart stage_start(std::uint64_t /*position*/, const Known& /*known*/) override {
    return {problem_.space, "random", {}, {}};
  }

 private:
  SearchProblem problem_;
};

}  // namespace

ParamSet draw_params(const Space& space,
                     std::uint64_t sweep_seed,
                     std::uint64_t position,
                     std::uint32_t draw) {
  ParamSet params = draw_all_params(space, sweep_seed, position, draw);
  return has_conditions(space) ? active_params(space, std::move(params)) : params;
}

ParamSet draw_all_params(const Space& space,
                         std::uint64_t sweep_seed,
                         std::uint64_t position,
                         std::uint32_t draw) {
  std::uint64_t seed = nn::trial_seed(sweep_seed, position);
  // A redraw hashes the trial's seed with the number of the draw.
  seed = draw == 0 ? seed : nn::trial_seed(seed, draw);
  ParamSet params;
  for (const Parameter& parameter : space) {
    const std::uint64_t name = nn::hash_name(parameter.name);
    nn::Stream stream(seed, nn::Purpose::kSample, static_cast<std::uint32_t>(name >> 32),
                      static_cast<std::uint32_t>(name));
    params.emplace(parameter.name, sample(parameter.distribution, stream));
  }
  return params;
}

std::unique_ptr<Sampler> make_random_sampler(SearchProblem problem) {
  return std::make_unique<RandomSampler>(std::move(problem));
}

}  // namespace hpsearch::search

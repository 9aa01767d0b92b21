#include "search/samplers/random.h"

#include "nn/random.h"

namespace hpsearch::search {
namespace {

class RandomSampler final : public Sampler {
 public:
  RandomSampler(Space space, std::uint64_t sweep_seed)
      : space_(std::move(space)), sweep_seed_(sweep_seed) {}

  ParamSet suggest(std::uint64_t number) const override {
    const std::uint64_t seed = nn::trial_seed(sweep_seed_, number);
    ParamSet params;
    for (const Parameter& parameter : space_) {
      const std::uint64_t name = nn::hash_name(parameter.name);
      nn::Stream stream(seed, nn::Purpose::kSample, static_cast<std::uint32_t>(name >> 32),
                        static_cast<std::uint32_t>(name));
      params.emplace(parameter.name, sample(parameter.distribution, stream));
    }
    return params;
  }

 private:
  Space space_;
  std::uint64_t sweep_seed_;
};

}  // namespace

std::unique_ptr<Sampler> make_random_sampler(Space space, std::uint64_t sweep_seed) {
  return std::make_unique<RandomSampler>(std::move(space), sweep_seed);
}

}  // namespace hpsearch::search

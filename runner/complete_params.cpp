#include "runner/complete_params.h"

#include "nn/random.h"

namespace hpsearch::runner {

search::ParamSet complete_params(const search::SweepSpec& spec,
                                 std::uint64_t number,
                                 search::ParamSet given) {
  const std::uint64_t seed = nn::trial_seed(spec.seed, number);
  for (const search::Parameter& parameter : spec.space) {
    if (!given.contains(parameter.name)) {
      const std::uint64_t name = nn::hash_name(parameter.name);
      nn::Stream stream(seed, nn::Purpose::kSample, static_cast<std::uint32_t>(name >> 32),
                        static_cast<std::uint32_t>(name));
      given.emplace(parameter.name, search::sample(parameter.distribution, stream));
    }
  }
  return given;
}

}  // namespace hpsearch::runner

#include "runner/sweep_file/complete_params.h"

#include "search/samplers/random_sampler.h"

namespace hpsearch::runner {

search::ParamSet complete_params(const search::SweepSpec& spec,
                                 std::uint64_t number,
                                 const search::ParamSet& given) {
  constexpr std::uint32_t kDraws = 10'000;
  search::ParamSet first;
  for (std::uint32_t draw = 0; draw < kDraws; ++draw) {
    search::ParamSet params = given;
    // Sample every parameter: only the merged values decide which are active.
    params.merge(search::draw_all_params(spec.space, spec.seed, number, draw));
    params = search::active_params(spec.space, std::move(params));
    if (search::satisfies(spec.constraints, params)) {
      return params;
    }
    if (draw == 0) {
      first = std::move(params);
    }
  }
  return first;
}

}  // namespace hpsearch::runner

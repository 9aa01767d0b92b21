#include "runner/complete_params.h"

#include "search/samplers/random.h"

namespace hpsearch::runner {

search::ParamSet complete_params(const search::SweepSpec& spec,
                                 std::uint64_t number,
                                 search::ParamSet given) {
  given.merge(search::draw_params(spec.space, spec.seed, number));  // keeps what is given
  return given;
}

}  // namespace hpsearch::runner

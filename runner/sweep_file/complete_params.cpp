#include "runner/sweep_file/complete_params.h"

#include <string>

#include <fmt/format.h>

#include "nn/settings/precision.h"
#include "nn/settings/settings.h"
#include "runner/console/usage_error.h"
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

search::ParamSet enqueued_params(const search::SweepSpec& spec,
                                 std::uint64_t number,
                                 const search::ParamSet& given) {
  search::ParamSet params = complete_params(spec, number, given);
  for (const auto& [name, value] : given) {
    if (const auto* parameter = search::find_parameter(spec.space, name);
        !params.contains(name) && parameter != nullptr && parameter->when) {
      throw UsageError(
          fmt::format("'{}' applies only when {}; leave it out, or set what its condition needs",
                      name, parameter->when->text()));
    }
  }
  nn::SettingMap values = spec.settings;
  for (const auto& [name, value] : params) {
    values.insert_or_assign(name, value);
  }
  const nn::Settings settings = nn::make_settings(values);
  if (const std::string objection = nn::bfloat16_objection();
      settings.precision == nn::Precision::kBf16 && given.contains("precision") &&
      !objection.empty()) {
    throw nn::SettingError("precision", objection);
  }
  return params;
}

}  // namespace hpsearch::runner

#include "runner/sweep_file/complete_params.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "nn/settings/precision.h"
#include "nn/settings/settings.h"
#include "runner/console/usage_error.h"
#include "search/samplers/random_sampler.h"

namespace hpsearch::runner {

namespace {

// Parameters that vary together: one of them decides for the others.
search::ParamSet with_leaders(const search::Space& space, search::ParamSet given) {
  for (const search::Parameter& parameter : space) {
    const auto own = given.find(parameter.name);
    if (parameter.leader.empty() || own == given.end()) {
      continue;
    }
    const auto fits = [&](const search::Parameter::Row& row, const nn::Value& leader) {
      return search::same_value(row.own, own->second) && search::same_value(row.leader, leader);
    };
    const auto leader = given.find(parameter.leader);
    const auto row = std::find_if(parameter.rows.begin(), parameter.rows.end(), [&](const auto& r) {
      return fits(r, leader == given.end() ? r.leader : leader->second);
    });
    if (row == parameter.rows.end()) {
      throw UsageError(
          fmt::format("'{}' and '{}' vary together (zip), and {} is not in any of their "
                      "pairs{}",
                      parameter.leader, parameter.name, nn::to_text(own->second),
                      leader == given.end() ? "" : " with that value"));
    }
    given.insert_or_assign(parameter.leader, row->leader);
  }
  return given;
}

}  // namespace

search::ParamSet complete_params(const search::SweepSpec& spec,
                                 std::uint64_t number,
                                 const search::ParamSet& given) {
  constexpr std::uint32_t kDraws = 10'000;
  search::ParamSet first;
  const search::ParamSet wanted = with_leaders(spec.space, given);
  for (std::uint32_t draw = 0; draw < kDraws; ++draw) {
    search::ParamSet params = wanted;
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
  if (spec.program) {
    return params;
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

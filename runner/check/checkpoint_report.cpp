#include "runner/check/checkpoint_report.h"

#include <algorithm>

#include <fmt/format.h>

#include "nn/training/trainer_state.h"
#include "runner/check/estimate.h"
#include "runner/process/usable_cores.h"
#include "runner/run/checkpoints.h"
#include "runner/run/promotions.h"

namespace hpsearch::runner {
namespace {

// With the copy of the best epoch's weights, which an optimizer without memory would save as much
// of.
std::size_t checkpoint_bytes(const nn::SettingMap& values, const nn::Dataset& dataset) {
  const nn::Settings settings = nn::make_settings(values);
  nn::Settings weights = settings;
  weights.optimizer = nn::OptimizerKind::kSgd;
  weights.momentum = 0.0;
  weights.bias = true;
  const std::size_t outputs = nn::network_outputs(dataset);
  return nn::most_state_bytes(settings, dataset.columns, outputs) +
         nn::most_state_bytes(weights, dataset.columns, outputs);
}

// Values of a parameter that may make a network large.
nn::ValueList candidates(const search::Parameter& parameter) {
  if (const auto* choice = std::get_if<search::Categorical>(&parameter.distribution)) {
    return choice->values;
  }
  return {search::value_at(parameter.distribution, 0.0),
          search::value_at(parameter.distribution, 1.0)};
}

// The largest that was found, one parameter after the other. Twice, since some matter only once
// others have their values.
std::size_t largest_checkpoint(const search::SweepSpec& spec, const nn::Dataset& dataset) {
  nn::SettingMap values = spec.settings;
  for (const search::Parameter& parameter : spec.space) {
    values.insert_or_assign(parameter.name, candidates(parameter).back());
  }
  std::size_t most = checkpoint_bytes(middle_settings(spec), dataset);
  for (int pass = 0; pass < 2; ++pass) {
    for (const search::Parameter& parameter : spec.space) {
      for (const nn::Value& value : candidates(parameter)) {
        nn::SettingMap other = values;
        other.insert_or_assign(parameter.name, value);
        try {
          const std::size_t bytes =
              checkpoint_bytes(search::active_params(spec.space, other), dataset);
          values = bytes >= most ? other : values;
          most = std::max(most, bytes);
        } catch (const nn::SettingError&) {  // which no trial can have
        }
      }
    }
  }
  return most;
}

std::string size_text(double bytes) {
  constexpr double kMegabyte = 1e6;
  return bytes < 0.1 * kMegabyte    ? fmt::format("{:.0f} kB", bytes / 1e3)
         : bytes < 1000 * kMegabyte ? fmt::format("{:.1f} MB", bytes / kMegabyte)
                                    : fmt::format("{:.1f} GB", bytes / 1e9);
}

}  // namespace

std::string checkpoints_text(const search::SweepSpec& spec, const nn::TrainingData& data) {
  if (!spec.checkpoints && !promotes(spec)) {
    return "";
  }
  const CheckpointLimits limits = checkpoint_limits(spec, spec.workers.value_or(usable_cores()));
  const auto bytes = static_cast<double>(largest_checkpoint(spec, *data.dataset));
  const std::size_t files = 2 * limits.keep + limits.paused;  // a new one beside the old one
  return fmt::format("checkpoints: {}; up to {} each, at most {} files on disk: {}\n",
                     limits.every == 0   ? "only of paused trials"
                     : limits.every == 1 ? "every epoch"
                                         : fmt::format("every {} epochs", limits.every),
                     size_text(bytes), files, size_text(bytes * static_cast<double>(files)));
}

}  // namespace hpsearch::runner

#include "runner/run/launch.h"

#include <utility>

#include "nn/base/random.h"

namespace hpsearch::runner {

Launch make_launch(const search::SweepSpec& spec,
                   std::uint64_t number,
                   search::ParamSet params,
                   std::optional<int> epochs) {
  Launch launch;
  nn::SettingMap settings = spec.settings;
  for (const auto& [name, value] : params) {
    settings.insert_or_assign(name, value);
    const search::Parameter* parameter = search::find_parameter(spec.space, name);
    launch.start.units.push_back(parameter == nullptr
                                     ? std::nullopt
                                     : search::unit_coordinate(parameter->distribution, value));
  }
  if (epochs) {
    settings.insert_or_assign("epochs", std::int64_t{*epochs});
  }
  const auto seed = settings.find("seed");
  const std::uint64_t trial_seed =
      seed == settings.end() ? nn::trial_seed(spec.seed, number)
                             : static_cast<std::uint64_t>(std::get<std::int64_t>(seed->second));
  const auto written = settings.find("epochs");
  launch.epochs = written == settings.end()
                      ? nn::Settings{}.epochs
                      : static_cast<int>(std::get<std::int64_t>(written->second));
  launch.start.number = number;
  launch.start.seed = trial_seed;
  launch.start.epochs = launch.epochs;
  launch.start.params = std::move(params);
  launch.task = {number,
                 trial_seed,
                 std::move(settings),
                 {},
                 spec.full_diagnostics ? nn::Diagnostics::kAll : nn::Diagnostics::kSome};
  return launch;
}

Launch make_launch_again(const search::SweepSpec& spec,
                         const storage::TrialRow& row,
                         std::vector<nn::EpochRecord> stored) {
  const bool staged = !spec.search.stages.empty();
  Launch launch = make_launch(spec, row.number, search::parse_params_json(row.params_json),
                              staged ? std::optional(row.epochs) : std::nullopt);
  launch.task.stored = std::move(stored);
  launch.start.stage = row.stage;
  launch.start.origin = row.origin;
  launch.start.parent = row.parent;
  launch.start.attempt = row.attempt + 1;
  return launch;
}

}  // namespace hpsearch::runner

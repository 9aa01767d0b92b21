#include "runner/suggester.h"

#include <utility>

#include "runner/sweep_stages.h"

namespace hpsearch::runner {

Suggester::Suggester(const search::SweepSpec& spec,
                     search::Sampler& sampler,
                     search::Learns learns,
                     const std::vector<storage::StageRow>& stages,
                     std::set<int> begun,
                     storage::Recorder& recorder)
    : spec_(spec),
      sampler_(sampler),
      learns_(learns),
      stages_(stages),
      begun_(std::move(begun)),
      recorder_(recorder) {}

std::optional<Launch> Suggester::suggest(std::uint64_t number, History& history) {
  const std::uint64_t position = history.position(number);
  const auto known = what_is_known(number, position, history);
  if (!known) {
    return std::nullopt;
  }
  const search::Rules rules{spec_.space, spec_.constraints, spec_.seed};
  search::Suggestion suggestion = search::choose(sampler_, rules, position, *known);
  if (begun_.insert(suggestion.stage).second) {
    begin_stage(suggestion.stage, sampler_.stage_start(position, *known));
  }
  Launch launch = make_launch(spec_, number, std::move(suggestion.params), suggestion.epochs);
  launch.start.stage = suggestion.stage;
  if (suggestion.carried) {
    launch.start.origin = "carried";
    launch.start.parent = suggestion.carried;
  }
  return launch;
}

// What the suggestion may be made from; empty where that has yet to end.
std::optional<search::Known> Suggester::what_is_known(std::uint64_t number,
                                                      std::uint64_t position,
                                                      History& history) {
  waits_for_results_ = false;
  switch (learns_) {
    case search::Learns::kNothing:
      return search::Known{};
    case search::Learns::kStages: {
      const std::uint64_t needs = sampler_.needs(position);
      return history.ready(needs) ? std::optional(history.known_before(needs)) : std::nullopt;
    }
    case search::Learns::kTrials:
      break;
  }
  if (!spec_.deterministic) {
    return history.known_now();
  }
  waits_for_results_ = !history.ready_with_lag(number, spec_.lag());
  return waits_for_results_ ? std::nullopt
                            : std::optional(history.known_with_lag(number, spec_.lag()));
}

void Suggester::begin_stage(int stage, const search::StageStart& start) {
  storage::StageRow row = stages_.at(static_cast<std::size_t>(stage));
  row.space_json = search::space_json(start.space);
  recorder_.begin_stage(row, stage_event(row, start));
}

}  // namespace hpsearch::runner

#include "runner/run/suggester.h"

#include <string>
#include <utility>

#include "runner/run/sweep_stages.h"
#include "storage/events.h"

namespace hpsearch::runner {

namespace {

// What it was made from, and the method's own facts.
storage::EventRow suggestion_event(const std::string& method,
                                   const search::Known& known,
                                   std::size_t earlier,
                                   const std::vector<search::Reason>& why) {
  storage::Suggested event{method, known.ended.size(), earlier, {}, {}};
  for (const search::Observation& trial : known.pending) {
    event.pending.push_back(trial.number);
  }
  for (const search::Reason& reason : why) {
    event.why.emplace_back(reason.name, nn::to_text(reason.value));
  }
  return event.to_row();
}

}  // namespace

Suggester::Suggester(const search::SweepSpec& spec,
                     search::Sampler& sampler,
                     search::Learns learns,
                     const std::vector<storage::StageRow>& stages,
                     std::set<int> begun,
                     std::size_t earlier)
    : spec_(spec),
      sampler_(sampler),
      learns_(learns),
      stages_(stages),
      begun_(std::move(begun)),
      earlier_(earlier),
      // A grid has each of its points once, and without anything to search trials differ by seed.
      avoids_duplicates_(spec.search.avoid_duplicates && spec.method != "grid" &&
                         search::searched_count(spec.space) > 0) {}

std::optional<Launch> Suggester::suggest(std::uint64_t number, History& history) {
  used_up_ = false;
  ended_stage_ = false;
  const std::uint64_t position = history.position(number);
  const auto known = what_is_known(number, position, history);
  if (!known) {
    return std::nullopt;
  }
  search::Rules rules{spec_.space, spec_.constraints, spec_.seed, {}};
  if (avoids_duplicates_) {
    rules.tried = [&](int stage, const search::ParamSet& params) {
      return history.tried(stage, search::params_hash(params));
    };
  }
  auto chosen = search::choose(sampler_, rules, position, *known);
  used_up_ = !chosen;
  if (used_up_) {
    // A stage that has tried each of its points gives way to the next one.
    ended_stage_ = sampler_.end_stage(position);
    used_up_ = !ended_stage_;
    return std::nullopt;
  }
  search::Suggestion suggestion = *std::move(chosen);
  history.add_tried(suggestion.stage, search::params_hash(suggestion.params));
  Launch launch = make_launch(spec_, number, std::move(suggestion.params), suggestion.epochs);
  if (begun_.insert(suggestion.stage).second) {
    launch.stage = stage_entry(suggestion.stage, sampler_.stage_start(position, *known));
  }
  launch.start.stage = suggestion.stage;
  if (suggestion.carried) {
    launch.start.origin = storage::Origin::kCarried;
    launch.start.parent = suggestion.carried;
  }
  if (learns_ == search::Learns::kTrials || !suggestion.why.empty()) {
    launch.why = suggestion_event(spec_.method, *known, earlier_, suggestion.why);
  }
  return launch;
}

bool Suggester::begins_stage(std::uint64_t number, const History& history) const {
  const std::uint64_t position = history.position(number);
  return learns_ == search::Learns::kStages && sampler_.needs(position) == position && position > 0;
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

storage::StageEntry Suggester::stage_entry(int stage, const search::StageStart& start) const {
  storage::StageRow row = stages_.at(static_cast<std::size_t>(stage));
  row.space_json = search::space_json(start.space);
  const storage::EventRow event = stage_event(row, start);
  return {std::move(row), event};
}

}  // namespace hpsearch::runner

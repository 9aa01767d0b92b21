#include "runner/run/sweep_stages.h"

#include <algorithm>

#include "search/samplers/sampler.h"

namespace hpsearch::runner {
namespace {

// The epochs of a trial in a sweep without stages; empty if they vary by trial.
std::optional<int> plain_epochs(const search::SweepSpec& spec) {
  if (search::find_parameter(spec.space, "epochs") != nullptr) {
    return std::nullopt;
  }
  const auto it = spec.settings.find("epochs");
  return it == spec.settings.end() ? nn::Settings{}.epochs
                                   : static_cast<int>(std::get<std::int64_t>(it->second));
}

}  // namespace

std::vector<storage::StageRow> new_stages(const search::SweepSpec& spec) {
  const std::string space = search::space_json(spec.space);
  if (spec.search.stages.empty()) {
    return {{0, plain_epochs(spec), spec.limits.trials, space}};
  }
  std::vector<storage::StageRow> rows;
  const auto trials = search::split_trials(spec.limits.trials, spec.search.stages);
  for (std::size_t i = 0; i < trials.size(); ++i) {
    rows.push_back(
        {static_cast<int>(i), spec.search.stages[i].epochs, trials[i], i == 0 ? space : "{}"});
  }
  return rows;
}

std::vector<search::Stage> current_stages(const search::SweepSpec& spec,
                                          const std::vector<storage::StageRow>& rows,
                                          const std::vector<storage::StageStarted>& begun,
                                          const std::vector<storage::TrialRow>& trials) {
  if (spec.search.stages.empty()) {
    return {};
  }
  std::vector<std::int64_t> planned;
  for (const storage::StageRow& row : rows) {
    planned.push_back(row.trials);
  }
  // Trials beyond a lowered limit still count as ended if they had ended.
  std::vector<std::int64_t> own(rows.size());       // suggested by the sampler, by stage
  std::vector<std::int64_t> enqueued(rows.size());  // by a person
  std::int64_t ended = 0;
  for (const storage::TrialRow& trial : trials) {
    const auto stage = std::min(static_cast<std::size_t>(trial.stage), rows.size() - 1);
    ++(trial.origin == storage::Origin::kEnqueued ? enqueued : own)[stage];
    ended += stage == 0 && trial.finished_at ? 1 : 0;
  }
  planned = search::extend_trials(std::move(planned), spec.limits.trials,
                                  begun.size() > 1 || ended >= rows.front().trials,
                                  own[0] + enqueued[0], spec.search.stages);
  int last_begun = 0;
  for (const storage::StageStarted& event : begun) {
    last_begun = std::max(last_begun, event.stage);
  }
  std::vector<search::Stage> stages;
  for (std::size_t i = 0; i < planned.size(); ++i) {
    // What people enqueued takes the place of the sampler's trials of the same stage, as far as
    // these have not begun. A stage that has given way to the next one may have had fewer points.
    const bool given_way = static_cast<int>(i) < last_begun;
    const std::int64_t sampled = given_way ? own[i] : std::max(own[i], planned[i] - enqueued[i]);
    stages.push_back({spec.search.stages[i].epochs, sampled, sampled, planned[i]});
  }
  for (const storage::StageStarted& event : begun) {
    const auto stage = static_cast<std::size_t>(event.stage);
    if (stage < stages.size()) {
      stages[stage].first_trials = event.trials;
    }
  }
  return stages;
}

std::vector<search::BegunStage> begun_stages(const search::SweepSpec& spec,
                                             const std::vector<storage::StageRow>& rows,
                                             const std::vector<storage::StageStarted>& begun) {
  std::vector<search::BegunStage> stages;
  for (const storage::StageStarted& event : begun) {
    const auto at = static_cast<std::size_t>(event.stage);
    if (spec.search.stages.empty() || at >= rows.size()) {
      continue;
    }
    stages.push_back(
        {event.stage, search::parse_space_json(spec.space, rows[at].space_json), event.carried});
  }
  return stages;
}

storage::EventRow stage_event(const storage::StageRow& row, const search::StageStart& start) {
  return storage::StageStarted{row.stage,  row.trials,    start.points,
                               row.epochs, start.carried, start.changes}
      .to_row();
}

}  // namespace hpsearch::runner

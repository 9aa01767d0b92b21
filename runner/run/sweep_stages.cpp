#include "runner/run/sweep_stages.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "search/samplers/sampler.h"
#include "storage/error.h"

namespace hpsearch::runner {
namespace {

// The epochs of a trial in a sweep without stages; empty if they vary by trial.
std::optional<int> plain_epochs(const search::SweepSpec& spec) {
  if (spec.program) {
    return spec.program->fidelity ? std::optional(spec.program->fidelity->max) : std::nullopt;
  }
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

void require_whole(const search::SweepSpec& spec,
                   const std::vector<storage::StageRow>& rows,
                   const std::vector<storage::StageStarted>& begun,
                   const std::vector<storage::TrialRow>& trials) {
  const auto damaged = [&](const std::string& what) {
    return storage::StoreError(
        fmt::format("what the database holds of sweep '{}' is damaged: {}; go back to a copy of "
                    "the file, or start over with --fresh",
                    spec.name, what));
  };
  const std::size_t stages = std::max<std::size_t>(spec.search.stages.size(), 1);
  for (std::size_t i = 0; i < std::max(stages, rows.size()); ++i) {
    if (i >= rows.size() || rows[i].stage != static_cast<int>(i)) {
      throw damaged(fmt::format("stage {} has no row", i));
    }
  }
  // Shards of a sweep have gaps, and so has what is made of some of them.
  const bool may_have_gaps =
      search::find_sampler(spec.method)->learns == search::Learns::kNothing &&
      spec.early_terminate.empty();
  for (std::size_t i = 0; i < trials.size() && !may_have_gaps; ++i) {
    if (trials[i].number != i) {
      throw damaged(fmt::format("trial {} has no row", i));
    }
  }
  for (const storage::StageStarted& event : begun) {
    for (const std::uint64_t number : event.carried) {
      if (number >= trials.size() || trials[number].stage >= event.stage) {
        throw damaged(fmt::format("stage {} carried over trial {}, which no earlier stage has",
                                  event.stage, number));
      }
    }
  }
}

std::int64_t count_enqueued(const std::vector<storage::TrialRow>& trials) {
  return std::count_if(trials.begin(), trials.end(), [](const storage::TrialRow& trial) {
    return trial.origin == storage::Origin::kEnqueued;
  });
}

std::vector<std::int64_t> planned_trials(const std::vector<storage::StageRow>& rows) {
  std::vector<std::int64_t> planned(rows.size());
  std::transform(rows.begin(), rows.end(), planned.begin(),
                 [](const storage::StageRow& row) { return row.trials; });
  return planned;
}

std::vector<search::Stage> current_stages(const search::SweepSpec& spec,
                                          const std::vector<storage::StageRow>& rows,
                                          const std::vector<storage::StageStarted>& begun,
                                          const std::vector<storage::TrialRow>& trials) {
  if (spec.search.stages.empty()) {
    return {};
  }
  std::vector<std::int64_t> planned = planned_trials(rows);
  // Trials beyond a lowered limit still count as ended if they had ended.
  std::vector<std::int64_t> own(rows.size());       // suggested by the sampler, by stage
  std::vector<std::int64_t> enqueued(rows.size());  // by a person
  std::int64_t ended = 0;
  for (const storage::TrialRow& trial : trials) {
    const auto stage = std::min(static_cast<std::size_t>(trial.stage), rows.size() - 1);
    if (trial.origin == storage::Origin::kPromoted) {
      continue;  // beyond what is planned
    }
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

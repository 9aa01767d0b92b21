#include "runner/run/survey.h"

#include <cstddef>
#include <utility>

#include "runner/run/repeats.h"
#include "runner/run/sweep_stages.h"
#include "storage/events.h"

namespace hpsearch::runner {

Survey survey_sweep(storage::Reader& store,
                    const storage::SweepRow& sweep,
                    const std::vector<search::Observation>& earlier,
                    search::SweepSpec& spec,
                    const std::optional<storage::Shard>& shard) {
  const search::SamplerInfo& method = *search::find_sampler(spec.method);
  const auto trials = as_searched(store, store.trials(sweep.sweep_id), spec);
  auto rows = store.stages(sweep.sweep_id);
  const auto begun = storage::events_of<storage::StageStarted>(store, sweep.sweep_id);
  require_whole(spec, rows, begun, trials);
  const auto known = begun_stages(spec, rows, begun);
  const auto stages = current_stages(spec, rows, begun, trials);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].trials = stages.empty() ? spec.limits.trials : stages[i].all_trials;
  }
  auto sampler = method.make(
      {spec.space, spec.seed, spec.search, stages, known, spec.lag(), spec.constraints, earlier});
  if (spec.limits.all_points && sampler->size()) {
    // The sweep is all points of its grid, and what people enqueued beside them.
    spec.limits.trials = static_cast<std::int64_t>(*sampler->size()) + count_enqueued(trials);
  }
  Plan plan = make_plan(trials, spec.limits, spec.metric, sampler->size(),
                        method.learns != search::Learns::kNothing, promotes(spec), shard);
  add_margins(plan, store, sweep.sweep_id, trials, spec);
  std::set<int> stages_begun;
  for (const storage::StageStarted& event : begun) {
    stages_begun.insert(event.stage);
  }
  return {std::move(rows), std::move(stages_begun), std::move(sampler), std::move(plan)};
}

}  // namespace hpsearch::runner

#include "runner/run/first_trials.h"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "runner/run/launch.h"
#include "runner/sweep_file/complete_params.h"

namespace hpsearch::runner {

void queue_first_trials(const search::SweepSpec& spec,
                        std::int64_t sweep_id,
                        storage::Store& store) {
  if (spec.enqueue.empty() || !store.trials(sweep_id).empty()) {
    return;
  }
  std::optional<int> epochs;  // without stages, the trials' own
  for (const storage::StageRow& stage : store.stages(sweep_id)) {
    if (stage.stage == 0) {
      epochs = stage.epochs;
    }
  }
  std::vector<storage::TrialStart> trials;
  for (const search::ParamSet& given : spec.enqueue) {
    const std::uint64_t number = trials.size();
    trials.push_back(make_launch(spec, number, enqueued_params(spec, number, given), epochs).start);
  }
  store.enqueue(sweep_id, trials);
}

}  // namespace hpsearch::runner

#include "reports/sweep/trial_json.h"

#include "nn/base/json.h"
#include "reports/text/json_values.h"

namespace hpsearch::reports {

using Json = nlohmann::ordered_json;

Json trial_fields(const storage::SweepRow& sweep,
                  const storage::TrialRow& trial,
                  search::TrialState state) {
  return {{"format", kJsonFormat},
          {"sweep", sweep.name},
          {"metric", sweep.metric},
          {"goal", sweep.goal},
          {"trial", trial.number},
          {"state", search::to_text(state)},
          {"reason", or_null(trial.reason)},
          {"value", or_null(trial.value)},
          {"best_epoch", or_null(trial.best_epoch)},
          {"epochs_done", trial.epochs_done},
          {"epochs_planned", trial.epochs},
          {"stage", trial.stage},
          {"origin", trial.origin},
          {"parent", or_null(trial.parent)},
          {"seed", trial.seed},
          {"attempt", trial.attempt},
          {"seconds", or_null(trial.seconds)},
          {"finished_at", or_null(trial.finished_at)},
          {"params", stored_json(trial.params_json)}};
}

Json stored_json(const std::string& text) {
  Json json = nn::parse_ordered_json(text);
  return json.is_discarded() ? Json(text) : json;
}

}  // namespace hpsearch::reports

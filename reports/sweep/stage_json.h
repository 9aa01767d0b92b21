// A stage as JSON; several reports share it.
#pragma once

#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "reports/sweep/stage_summary.h"
#include "reports/text/json_values.h"

namespace hpsearch::reports {

inline nlohmann::ordered_json stage_json(const StageSummary& stage) {
  using Json = nlohmann::ordered_json;
  Json json{{"stage", stage.row.stage},
            {"trials", stage.row.trials},
            {"epochs", or_null(stage.row.epochs)},
            {"begun", stage.begun},
            {"points", stage.points},
            {"carried", stage.carried},
            {"space", nn::parse_ordered_json(stage.row.space_json)},
            {"changes", Json::array()}};
  for (const search::AxisChange& change : stage.changes) {
    json["changes"].push_back(
        {{"parameter", change.parameter}, {"action", change.action}, {"reason", change.reason}});
  }
  return json;
}

}  // namespace hpsearch::reports

// The part of a plan that is one network. Internal to reports/model_export.
#pragma once

#include "reports/model_export/model_plan.h"

namespace hpsearch::reports {

// `model`: one network, or a member of several. Throws nn::DataError as plan_model().
PlanNetwork plan_network(const nn::TrainedModel& model, double share);

}  // namespace hpsearch::reports

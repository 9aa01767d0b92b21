// The search loop: asks the sampler, hands trials to the workers, records what they find.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <stop_token>
#include <vector>

#include "nn/training_data.h"
#include "runner/executor.h"
#include "runner/plan.h"
#include "runner/progress.h"
#include "search/sampler.h"
#include "search/sweep_spec.h"
#include "storage/recorder.h"

namespace hpsearch::runner {

// All that the loop needs; what it refers to must outlive it.
struct DriverParts {
  const search::SweepSpec& spec;
  const nn::TrainingData& data;
  const search::Sampler& sampler;
  storage::Recorder& recorder;
  Executor& executor;
  Progress& progress;
  int workers = 1;
  // The epochs that earlier attempts stored, by trial number.
  const std::map<std::uint64_t, std::vector<nn::EpochRecord>>& stored;
};

// Trains what the plan leaves: unfinished trials first, then new ones in the order of their
// numbers. After a stop the running trials end at their next batch and are recorded as interrupted;
// returns when all have ended and are recorded. Throws what went wrong beyond a single trial,
// likewise after all have ended.
void drive(const DriverParts& parts, const Plan& plan, const std::stop_token& stop);

}  // namespace hpsearch::runner

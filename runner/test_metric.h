// The winner's test metrics: computed once, when a sweep has ended.
#pragma once

#include <optional>
#include <stop_token>
#include <vector>

#include "nn/training_data.h"
#include "runner/trial_job.h"
#include "storage/records.h"

namespace hpsearch::runner {

// Regains the weights of the task's best epoch by training up to it, compares each epoch with
// task.stored (NotReproducible where they differ), and evaluates the test rows: test_loss, and what
// else of an Evaluation is defined. Empty if `stop` came first. Requires best_epoch >= 1.
std::optional<std::vector<storage::MetricRow>> test_metrics(const TrialTask& task,
                                                            int best_epoch,
                                                            const nn::TrainingData& data,
                                                            const std::stop_token& stop);

}  // namespace hpsearch::runner

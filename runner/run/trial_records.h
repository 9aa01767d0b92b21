// How a trial, or one of its folds, has ended, as its record.
#pragma once

#include <string>

#include "runner/run/trial_job.h"
#include "search/sweep/sweep_spec.h"
#include "storage/records.h"

namespace hpsearch::runner {

// `why_interrupted`: the reason of an outcome that is interrupted.
storage::TrialEnd trial_end(std::uint64_t number,
                            bool in_folds,
                            const TrialOutcome& outcome,
                            const search::SweepSpec& spec,
                            const std::string& why_interrupted);

storage::ReplicateEnd replicate_end(const TrialTask& task, const TrialOutcome& outcome);

}  // namespace hpsearch::runner

// What an ended trial came to, from its rows: as the process knows it that has trained it.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "nn/training/epoch_record.h"
#include "runner/run/trial_job.h"
#include "search/sweep/metric.h"
#include "search/sweep/sweep_spec.h"
#include "storage/reader.h"

namespace hpsearch::runner {

// What pruners compare, by fold and then by watched metric.
struct StoredCurves {
  std::vector<std::vector<search::Curve>> curves;
  std::vector<double> fold_scores;  // of a complete trial in folds
};

// `watched`: search::watched_metrics(spec).
StoredCurves stored_curves(storage::Reader& reader,
                           const storage::TrialRow& trial,
                           const search::SweepSpec& spec,
                           const std::vector<search::Metric>& watched);

// The epochs of a paused trial, with all that the trial that goes on with it is compared by.
std::vector<nn::EpochRecord> paused_epochs(storage::Reader& reader,
                                           std::int64_t trial_id,
                                           const std::vector<search::Metric>& watched);

// What constraints on results have asked for, by trial: Reader::results(). Empty without
// constraints.
using StoredResults = std::map<std::uint64_t, search::TrialResults>;

// The trial's margins by constraint on results, as it was judged when it ended; empty for one that
// has neither completed nor been pruned.
std::vector<double> stored_margins(const storage::TrialRow& trial,
                                   const StoredResults& results,
                                   const search::SweepSpec& spec);

// Everything but weights and judgements. Requires a trial that has ended.
TrialOutcome stored_outcome(storage::Reader& reader,
                            const storage::TrialRow& trial,
                            const StoredResults& results,
                            const search::SweepSpec& spec,
                            const std::vector<search::Metric>& watched);

}  // namespace hpsearch::runner

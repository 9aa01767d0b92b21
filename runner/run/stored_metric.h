// Completes stored epochs, so that a training can be judged by them instead of being trained again.
#pragma once

#include <vector>

#include "nn/training/epoch_record.h"
#include "search/sweep/metric.h"
#include "storage/reader.h"

namespace hpsearch::runner {

// Reader::epochs() leaves out the further metrics. Where the sweep's metric is one of them, gives
// it to the epochs that have it.
void add_stored_metric(storage::Reader& reader,
                       storage::TrainingId training,
                       const search::Metric& metric,
                       std::vector<nn::EpochRecord>& epochs);

}  // namespace hpsearch::runner

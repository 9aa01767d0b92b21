// Reads the epochs of many trials. Internal to storage.
#pragma once

#include <span>
#include <vector>

#include "nn/training/epoch_record.h"
#include "storage/queries.h"
#include "storage/sql/session.h"

namespace hpsearch::storage {

// One training after another, by a statement that is prepared once. Everything throws what Session
// throws, and DamagedRow for rows that no run writes.
class EpochReader {
 public:
  explicit EpochReader(Session& db);

  // The training's epochs, by epoch; NULL reads as NaN. Valid until the next call.
  std::span<const nn::EpochRecord> epochs(TrainingId training);

 private:
  Statement statement_;
  std::vector<nn::EpochRecord> epochs_;
};

// See Queries::best_epochs(). Throws likewise.
Queries::BestEpochs read_best_epochs(Session& db, std::int64_t sweep_id, NumberRange numbers);

}  // namespace hpsearch::storage

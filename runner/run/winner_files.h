// The files that an ended sweep keeps of its winner, beside the database.
#pragma once

#include <stop_token>

#include "nn/model/trained_model.h"
#include "reports/winner/explanation.h"
#include "runner/run/predictions.h"
#include "runner/run/winner.h"

namespace hpsearch::runner {

// Writes the model and notes it as the winner's. Throws std::runtime_error where it cannot be
// written, and storage::StoreError.
void keep_model(const EndedSweep& ended,
                const storage::LeaderboardRow& winner,
                const nn::TrainedModel& model,
                const nn::TensorMetadata& metadata,
                storage::Store& store);

// Notes what the winner says of the rows that judge it, which are `data`'s, and what explains it;
// what cannot be written is said. False if `stop` came first.
bool keep_predictions(const EndedSweep& ended,
                      const storage::LeaderboardRow& winner,
                      const PredictRows& predict,
                      const nn::TrainingData& data,
                      reports::Explanation explanation,
                      storage::Store& store,
                      LinePrinter& printer,
                      const std::stop_token& stop);

// How to train the winner again, in two commands.
std::string train_again_command(const storage::Store& store, const storage::SweepRow& sweep);

}  // namespace hpsearch::runner

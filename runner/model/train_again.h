// Trains a stored trial again, for the model of its best epoch.
#pragma once

#include "nn/model/trained_model.h"
#include "runner/console/line_printer.h"
#include "storage/queries.h"

namespace hpsearch::runner {

// Reads the data where the sweep has read it, trains up to the trial's best epoch, and compares
// each epoch with the stored one, as the end of a sweep does. Prints what it does. Throws
//   UsageError if the trial has no best epoch, or if the data has changed,
//   NotReproducible if its epochs differ here, on the CPU and with the build that trained it,
//   nn::DataError and SweepFileError if the data has moved,
//   storage::StoreError if the stored sweep cannot be read.
nn::TrainedModel train_again(storage::Queries& queries,
                             const storage::SweepRow& sweep,
                             const storage::TrialRow& trial,
                             LinePrinter& printer);

}  // namespace hpsearch::runner

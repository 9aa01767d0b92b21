// The weights of a sweep's best trial so far: what spares its winner a second training.
//
// While a sweep runs they are in memory. A run that ends before its sweep does leaves them on disk,
// as the artifact `candidate` of their trial; the sweep's end removes it. A run that is killed
// leaves nothing, and the winner is trained again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "nn/network/weights.h"
#include "runner/console/line_printer.h"
#include "runner/run/trial_job.h"
#include "storage/records.h"
#include "storage/store.h"

namespace hpsearch::runner {

inline constexpr std::string_view kCandidateArtifact = "candidate";

// One epoch of one attempt at a trial.
struct WeightsOrigin {
  std::uint64_t trial = 0;
  int attempt = 1;
  int epoch = 0;
  bool operator==(const WeightsOrigin&) const = default;
};

struct KeptWeights {
  WeightsOrigin origin;  // its epoch is 0 for a trial in folds, each of which has its own
  nn::WeightSet tensors;
  std::vector<FoldWeights> folds = {};  // of a trial in folds, instead of `tensors`
};

// For the run that will end the sweep: writes the file, whole and on the disk, then its row; both
// take the place of an earlier candidate. Does nothing where nothing was kept. Without a candidate
// the winner is trained again, so what goes wrong is worth no more than a line.
void keep_candidate(storage::Store& store,
                    std::int64_t sweep_id,
                    const std::optional<KeptWeights>& kept,
                    LinePrinter& printer) noexcept;

// Reads the weights of this epoch from the artifacts of its trial: the candidate, or the weights
// that an ended sweep has kept of its winner. Empty where there are none. Files that are missing,
// torn, changed since they were noted, or of another epoch count for nothing.
std::optional<nn::WeightSet> read_kept_weights(const std::filesystem::path& database,
                                               const std::vector<storage::ArtifactRow>& artifacts,
                                               const WeightsOrigin& origin);

// Removes the candidate's row, then its file, as far as there are any and they can be removed.
void drop_candidate(storage::Store& store, std::int64_t sweep_id) noexcept;

}  // namespace hpsearch::runner

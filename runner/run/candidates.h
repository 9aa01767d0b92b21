// The weights of the best trials so far, on the disk: what spares a sweep's ensemble the training
// of its members a second time.
//
// They lie in a folder of their own beside the database until the sweep ends, each file whole or
// not there. Nothing depends on them: what is missing, damaged or was left out to bound the disk is
// trained again, bit for bit the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include "runner/run/kept_weights.h"
#include "search/sweep/metric.h"
#include "search/sweep/standing.h"
#include "search/sweep/sweep_spec.h"
#include "storage/records.h"
#include "storage/store.h"

namespace hpsearch::runner {

// For one thread.
class Candidates {
 public:
  static constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 30;

  // Keeps the `most` best trials. `trials`: of the sweep, as they stand; the files of those that
  // have not completed are removed.
  Candidates(std::filesystem::path folder,
             std::size_t most,
             const std::vector<storage::TrialRow>& trials,
             const search::Metric& metric);

  // For one of several processes, which knows its own candidates alone: it leaves all others' be.
  Candidates(std::filesystem::path folder, std::size_t most)
      : folder_(std::move(folder)), most_(most) {}

  // Keeps the weights of a complete trial if it is among the best; the last of these goes for it.
  // What cannot be written is left out.
  void offer(const search::Standing& standing, const KeptWeights& weights) noexcept;

  // Of exactly this attempt. A trial without folds has its weights in `tensors`.
  std::optional<KeptWeights> read(std::uint64_t trial, int attempt) const;

  void drop() noexcept;

 private:
  struct Entry {
    search::Standing standing;
    std::uint64_t bytes = 0;
  };

  std::filesystem::path file_of(std::uint64_t trial) const;
  void write(const search::Standing& standing, const KeptWeights& weights);
  void remove_last() noexcept;

  std::filesystem::path folder_;
  std::size_t most_;
  std::vector<Entry> entries_;  // the best first
};

// Those of a sweep with an ensemble. `shared`: by several processes.
Candidates candidates_of(storage::Store& store,
                         std::int64_t sweep_id,
                         const search::SweepSpec& spec,
                         bool shared);

}  // namespace hpsearch::runner

// What a run writes down while it trains, and where it goes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <variant>

#include "storage/records.h"

namespace hpsearch::storage {

// A stage begins: its space is known. The event says why.
struct StageEntry {
  StageRow stage;
  EventRow event;
};

// Replaces an epoch of the same number. Its further metrics (nn::kEpochMetrics) and its series go
// into the table `metrics`; those that are not finite go nowhere.
struct EpochEntry {
  TrainingKey training;
  nn::EpochRecord record;
};

// About one trial, or about the sweep.
struct EventEntry {
  std::optional<std::uint64_t> number;
  EventRow event;
};

// The file is on the disk under its name, and takes the place of an earlier one of its training;
// none: that training has none any more. The end of a training or of its trial forgets it as well.
struct CheckpointEntry {
  TrainingKey training;
  std::optional<CheckpointFile> file;
};

// A TrialStart is a trial's first row, or a further attempt of it. Everything else about a trial
// needs that row.
using Entry = std::variant<StageEntry,
                           TrialStart,
                           ReplicateStart,
                           EpochEntry,
                           ReplicateEnd,
                           TrialEnd,
                           EventEntry,
                           CheckpointEntry>;

// Used by one thread at a time. Everything throws StoreError.
class Journal {
 public:
  Journal() = default;
  virtual ~Journal() = default;
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // Writes the batch in its order and adds to the sweep's active time, in one transaction: readers,
  // and whoever comes after a crash, find all of it or nothing. After an error nothing is written,
  // and the next batch may be tried.
  virtual void commit(std::int64_t sweep_id,
                      std::span<const Entry> batch,
                      double active_seconds = 0.0) = 0;

  // Waits until a file that this object has made is on the disk, which its making does not wait
  // for: from then on a power cut takes no more than the last commits. Does nothing for others;
  // where another process is in the way just now, the next call tries again.
  virtual void make_durable() = 0;

  // A batch of one event.
  void add_event(std::int64_t sweep_id,
                 std::optional<std::uint64_t> number,
                 const EventRow& event) {
    const Entry entry = EventEntry{number, event};
    commit(sweep_id, {&entry, 1});
  }
  // A batch of none.
  void add_active_seconds(std::int64_t sweep_id, double seconds) { commit(sweep_id, {}, seconds); }
};

}  // namespace hpsearch::storage

// The writer thread: takes results from training threads and commits them in groups.
//
// Handing over a record takes well under a microsecond and does not wait for the disk, unless the
// disk has stalled and tens of thousands of records are queued. Records are committed within
// kCommitInterval, in the order of the calls. Their times are those of the calls, not of the
// writes.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "storage/journal.h"

namespace hpsearch::storage {

// Thread-safe, except for the constructor and close().
class Recorder {
 public:
  static constexpr std::chrono::milliseconds kCommitInterval{200};

  // Until close(), only the writer thread may use the journal, or the store that it is part of. If
  // the database cannot be written, `on_failure` is called once on that thread, so that the run can
  // end.
  Recorder(Journal& journal, std::int64_t sweep_id, std::function<void()> on_failure = {});
  ~Recorder();  // commits what it can and drops errors: call close()

  void begin_stage(StageRow stage, EventRow event);
  void start_trial(TrialStart start);
  void start_replicate(ReplicateStart start);
  void end_replicate(ReplicateEnd end);
  void record_epoch(TrainingKey training, const nn::EpochRecord& record);
  void end_trial(TrialEnd end);
  void put_checkpoint(TrainingKey training, std::optional<CheckpointFile> file);
  void add_event(std::optional<std::uint64_t> number, EventRow event);

  // How many records were handed over so far, and how many of them are committed: what was handed
  // over before the first number was asked for is committed once the second has reached it.
  std::uint64_t handed_over() const;
  std::uint64_t committed() const;

  // Waits until everything handed over so far is committed. Throws the writer's error.
  void flush();

  // Commits everything and ends the thread. Throws the writer's error, after the thread has ended.
  // From then on nothing can be handed over: it throws StoreError.
  void close();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hpsearch::storage

// The writer thread: takes results from the training threads and commits them in groups.
//
// Handing over costs the caller well under a microsecond and never waits for the disk; only when
// tens of thousands of records wait for a disk that has stalled does a caller wait for room.
// What has been handed over is committed within kCommitInterval, in the order of the calls. Trials
// begin and end, and events happen, when they are handed over, not when they are written.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "storage/journal.h"

namespace hpsearch::storage {

// Thread-safe, but for the constructor and close().
class Recorder {
 public:
  static constexpr std::chrono::milliseconds kCommitInterval{200};

  // Until close() its thread is the only one that may use the journal, or the store that the
  // journal is part of. `on_failure` is called once, on that thread, when the database cannot be
  // written: the run should end.
  Recorder(Journal& journal, std::int64_t sweep_id, std::function<void()> on_failure = {});
  ~Recorder();  // commits what it can; errors are lost: call close()

  void begin_stage(StageRow stage, EventRow event);
  void start_trial(TrialStart start);
  void record_epoch(TrainingKey training, const nn::EpochRecord& record);
  void end_trial(TrialEnd end);
  void add_event(std::optional<std::uint64_t> number, EventRow event);

  // Returns when all that was handed over before is committed. Throws the writer's error.
  void flush();

  // Commits everything and ends the thread. Throws the writer's error; the thread has ended then as
  // well.
  void close();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hpsearch::storage

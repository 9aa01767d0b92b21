// The saved states of a sweep's trainings that have not ended: files, each with a row in the
// database, and which of them may go.
//
// A training's new file gets a name of its own, and its row comes after it. Its old file goes once
// that row is committed, and all files of an ended training go once its end is. So a kill at any
// moment leaves each training the state that its row names, or the one before. At most two files of
// a training lie on the disk at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runner/run/checkpoint_file.h"
#include "search/sweep/sweep_spec.h"
#include "storage/recorder.h"
#include "storage/store.h"

namespace hpsearch::runner {

struct CheckpointLimits {
  int every = 0;           // epochs from one state to the next; 0: none is saved
  std::size_t keep = 0;    // trainings that have files, at most; with earlier ones that go on
  std::size_t paused = 0;  // paused trials that have, beside these
};

// Thread-safe, except for the constructor and tidy(). What the recorder throws leaves all
// functions.
class Checkpoints {
 public:
  // `rows`: of trainings that this run goes on with. `say` takes a line for the user, from any
  // thread.
  Checkpoints(CheckpointOrigin origin,
              CheckpointLimits limits,
              const std::vector<storage::CheckpointRow>& rows,
              storage::Recorder& recorder,
              std::function<void(const std::string&)> say);

  // Takes the states of these trainings over, which another process has saved: this run goes on
  // with them.
  void adopt(const std::vector<storage::CheckpointRow>& rows);

  int every() const { return limits_.every; }

  // Saves the state of this training after its epoch, if there is room. Returns whether it has that
  // state now. Does nothing while the row of the state before is on its way to the database, which
  // takes Recorder::kCommitInterval at most: so often that its loss costs nothing, no state is
  // saved. A file that cannot be written is worth a line, once.
  bool save(const storage::TrainingKey& training,
            const TrialTask& task,
            const nn::TrainerState& state);

  // The same for a training that pauses, which counts as a paused one from now on; waits for that
  // row first.
  bool save_now(const storage::TrainingKey& training,
                const TrialTask& task,
                const nn::TrainerState& state);

  // The newest state of this training. One that cannot be used is refuse()d.
  std::optional<nn::TrainerState> load(const storage::TrainingKey& training, const TrialTask& task);

  // The trial has been put where its saved state says: notes it as an event of the trial.
  void continued(std::uint64_t trial, const storage::TrainingKey& training, int epoch);

  // The state is of no use to the trial that was to go on from it: says why, in a line and an
  // event, and forgets it.
  void refuse(const storage::TrainingKey& training, std::uint64_t trial, const std::string& fault);

  // Call after the training's end, or that of its whole trial, has been handed to the recorder:
  // with it go their rows.
  void discard(const storage::TrainingKey& training);
  void discard_trial(std::uint64_t number);

  // Removes what may go; once the recorder is closed, that is all that no row names.
  void tidy();

 private:
  using Key = std::pair<std::uint64_t, int>;
  struct Pending {
    storage::CheckpointFile file;
    std::uint64_t ticket;  // committed() of the recorder from which on its row is there
  };
  struct Files {
    std::optional<storage::CheckpointFile> committed;
    std::optional<Pending> pending;
    std::optional<std::uint64_t> ended;  // a ticket; the training needs none of them any more
    bool paused = false;
  };

  static Key key_of(const storage::TrainingKey& training) {
    return {training.number, training.replicate};
  }
  void remove_file(const std::string& path) noexcept;
  void settle();                                                           // under the mutex
  bool has_room(const storage::TrainingKey& training, bool paused) const;  // likewise
  bool save(const storage::TrainingKey& training,
            const TrialTask& task,
            const nn::TrainerState& state,
            bool paused);

  CheckpointOrigin origin_;
  CheckpointLimits limits_;
  storage::Recorder& recorder_;
  std::function<void(const std::string&)> say_;

  std::mutex mutex_;  // guards all below
  std::map<Key, Files> files_;
  bool said_ = false;  // that a file could not be written
};

// The limits that the sweep file sets for this many workers. A pruner that promotes trials keeps
// states even where the file asks for none: without its state a trial trains its epochs again.
CheckpointLimits checkpoint_limits(const search::SweepSpec& spec, int workers);

// The saved states of these trials; forgets those of all others, which no run goes on with.
std::vector<storage::CheckpointRow> checkpoints_of(
    storage::Store& store, std::int64_t sweep_id, const std::vector<storage::TrialRow>& unfinished);

// Removes all files of the sweep but these, which a killed run has left. Not while another process
// trains trials of the sweep.
void keep_checkpoint_files(const CheckpointOrigin& origin,
                           const std::vector<storage::CheckpointRow>& rows) noexcept;

// Discards what an ended training, or without a replicate an ended trial, needs no more; does
// nothing where it is to go on. `checkpoints` may be null.
void discard_ended(Checkpoints* checkpoints,
                   search::TrialState state,
                   std::uint64_t trial,
                   std::optional<int> replicate = std::nullopt);

// Forgets all saved states of a sweep that has ended, and removes their files as far as it can.
void drop_checkpoints(storage::Store& store, const CheckpointOrigin& origin) noexcept;

}  // namespace hpsearch::runner

// The file of one training's state, and what proves that it is that training's.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "nn/training/trainer_state.h"
#include "runner/run/trial_trainer.h"
#include "storage/records.h"

namespace hpsearch::runner {

// What all files of a run share.
struct CheckpointOrigin {
  std::filesystem::path database;
  std::int64_t sweep_id = 0;
  std::string fingerprint;  // of the CPU and the build: other ones go on with other bits
  std::string data;         // of the data set, as sweeps.data_json describes it
};

// The folder of the sweep's files, from that of the database.
std::string checkpoint_folder(const CheckpointOrigin& origin);

// Writes the state of this training after its epoch, whole or not at all, and on the disk once it
// returns. Throws std::runtime_error with a sentence for the user.
storage::CheckpointFile write_checkpoint(const CheckpointOrigin& origin,
                                         const storage::TrainingKey& training,
                                         const TrialTask& task,
                                         const nn::TrainerState& state);

// A state, or why there is none: the rest of a sentence, such as "its file is missing".
struct ReadCheckpoint {
  std::string fault;
  nn::TrainerState state;
};

// Reads what was noted of `training` for `task`, whose seed, settings (but for the number of
// epochs), data, CPU and build must be those of the file. The number of the task may be another
// one: a trial can go on from where another with the same seed and settings was paused. Throws
// std::bad_alloc.
ReadCheckpoint read_checkpoint(const CheckpointOrigin& origin,
                               const storage::TrainingKey& training,
                               const storage::CheckpointFile& file,
                               const TrialTask& task);

}  // namespace hpsearch::runner

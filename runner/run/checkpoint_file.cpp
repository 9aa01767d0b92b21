#include "runner/run/checkpoint_file.h"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include "nn/base/json.h"
#include "nn/base/sha256.h"
#include "nn/base/value_json.h"
#include "nn/files/data_error.h"
#include "nn/files/safetensors.h"
#include "runner/run/artifact_place.h"
#include "runner/run/environment.h"
#include "runner/run/noted_file.h"
#include "storage/artifacts.h"

namespace hpsearch::runner {
namespace {

constexpr char kFormat[] = "1";
constexpr char kFingerprint[] = "fingerprint";
constexpr std::string_view kFolder = "checkpoints";

// How long a training is does not change what it has learnt so far.
std::string settings_hash(const TrialTask& task) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const auto& [name, value] : task.settings) {
    if (name != "epochs") {
      json[name] = nn::value_to_json(value);
    }
  }
  return nn::sha256_hex(nn::json_text(json));
}

// All of it must be as it was.
nn::TensorMetadata identity(const CheckpointOrigin& origin,
                            const storage::TrainingKey& training,
                            const TrialTask& task,
                            int epoch) {
  return {{"checkpoint", kFormat},
          {"sweep", fmt::format("{}", origin.sweep_id)},
          {"trial", fmt::format("{}", training.number)},
          {"replicate", fmt::format("{}", training.replicate)},
          {"fold", fmt::format("{} of {}", task.fold, task.folds)},
          {"epoch", fmt::format("{}", epoch)},
          {"seed", fmt::format("{}", task.seed)},
          {"settings", settings_hash(task)},
          {"data", nn::sha256_hex(origin.data)},
          {kFingerprint, origin.fingerprint}};
}

}  // namespace

std::string checkpoint_folder(const CheckpointOrigin& origin) {
  return storage::artifact_path(origin.database, origin.sweep_id, kFolder);
}

storage::CheckpointFile write_checkpoint(const CheckpointOrigin& origin,
                                         const storage::TrainingKey& training,
                                         const TrialTask& task,
                                         const nn::TrainerState& state) {
  const ArtifactPlace place =
      make_artifact_place(origin.database, origin.sweep_id,
                          fmt::format("{}/trial{}.{}.epoch{}.safetensors", kFolder, training.number,
                                      training.replicate, state.epoch));
  nn::TensorMetadata metadata = identity(origin, training, task, state.epoch);
  metadata.insert({"tool", fmt::format("hpsearch {}", tool_version())});
  metadata.insert(state.facts.begin(), state.facts.end());
  const nn::FileChecksum written =
      nn::write_safetensors(place.file, nn::named_tensors(state.tensors), metadata);
  return {state.epoch, place.path, written.bytes, written.sha256};
}

ReadCheckpoint read_checkpoint(const CheckpointOrigin& origin,
                               const storage::TrainingKey& training,
                               const storage::CheckpointFile& file,
                               const TrialTask& task) {
  const auto found = storage::stored_artifact(origin.database, file.path);
  if (!found) {
    return {"its file is missing", {}};
  }
  if (!is_as_noted(*found, file.bytes, file.sha256)) {
    return {"its file is torn, or was changed since it was written", {}};
  }
  try {
    nn::SafetensorsFile read = nn::read_safetensors(*found);
    for (const auto& [key, value] : identity(origin, training, task, file.epoch)) {
      const auto said = read.metadata.find(key);
      if (said == read.metadata.end() || said->second != value) {
        return {key == kFingerprint ? "it was written on another CPU or by another build"
                                    : "its file is that of another training",
                {}};
      }
    }
    return {"", {file.epoch, std::move(read.metadata), std::move(read.tensors)}};
  } catch (const nn::DataError&) {
    return {"its file is damaged", {}};
  }
}

}  // namespace hpsearch::runner

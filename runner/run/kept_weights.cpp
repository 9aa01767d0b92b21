#include "runner/run/kept_weights.h"

#include <exception>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "nn/files/data_error.h"
#include "nn/files/safetensors.h"
#include "nn/files/whole_file.h"
#include "nn/model/trained_model.h"
#include "runner/run/artifact_place.h"
#include "runner/run/environment.h"
#include "runner/run/noted_file.h"
#include "storage/artifacts.h"
#include "storage/backend.h"

namespace hpsearch::runner {
namespace {

namespace fs = std::filesystem;

constexpr char kFile[] = "candidate.safetensors";

// The winner's own file has no attempt: it was written when its trial was the winner, and what a
// trial learns does not depend on the attempt.
bool is_from(const nn::TensorMetadata& metadata, const WeightsOrigin& origin) {
  const auto says = [&](const char* key, const std::string& value, bool required) {
    const auto found = metadata.find(key);
    return found == metadata.end() ? !required : found->second == value;
  };
  return says("trial", fmt::format("{}", origin.trial), true) &&
         says("epoch", fmt::format("{}", origin.epoch), true) &&
         says("attempt", fmt::format("{}", origin.attempt), false) && says("replicate", "0", false);
}

void write_candidate(storage::Store& store, std::int64_t sweep_id, const KeptWeights& kept) {
  const auto queries = storage::open_queries(store.path());
  const auto trial = queries->trial(sweep_id, kept.origin.trial);
  const ArtifactPlace place = make_artifact_place(store.path(), sweep_id, kFile);
  const nn::TensorMetadata metadata{{"tool", fmt::format("hpsearch {}", tool_version())},
                                    {"layout", nn::weight_layout(nn::Settings{})},
                                    {"trial", fmt::format("{}", kept.origin.trial)},
                                    {"attempt", fmt::format("{}", kept.origin.attempt)},
                                    {"epoch", fmt::format("{}", kept.origin.epoch)}};
  const nn::FileChecksum written =
      nn::write_safetensors(place.file, nn::named_tensors(kept.tensors), metadata);
  store.put_artifact(trial.value().trial_id,
                     {std::string(kCandidateArtifact), place.path, written.bytes, written.sha256});
}

}  // namespace

void keep_candidate(storage::Store& store,
                    std::int64_t sweep_id,
                    const std::optional<KeptWeights>& kept,
                    LinePrinter& printer) noexcept {
  if (!kept || kept->tensors.empty()) {
    return;
  }
  try {
    write_candidate(store, sweep_id, *kept);
  } catch (const std::exception& error) {
    printer.line(fmt::format("the weights of trial {}, the best so far, were not kept: {}",
                             kept->origin.trial, error.what()));
  }
}

std::optional<nn::WeightSet> read_kept_weights(const fs::path& database,
                                               const std::vector<storage::ArtifactRow>& artifacts,
                                               const WeightsOrigin& origin) {
  for (const storage::ArtifactRow& row : artifacts) {
    if (row.name != kCandidateArtifact && row.name != "weights") {
      continue;
    }
    const auto file = storage::stored_artifact(database, row.path);
    if (!file || !is_as_noted(*file, row.bytes, row.sha256)) {
      continue;
    }
    try {
      nn::SafetensorsFile read = nn::read_safetensors(*file);
      if (is_from(read.metadata, origin)) {
        return nn::network_weights(std::move(read.tensors));
      }
    } catch (const nn::DataError&) {  // not what this program writes: the winner is trained again
    }
  }
  return std::nullopt;
}

void drop_candidate(storage::Store& store, std::int64_t sweep_id) noexcept {
  try {
    const ArtifactPlace place = artifact_place(store.path(), sweep_id, kFile);
    store.forget_artifact(place.path);
    fs::remove(place.file);
    nn::remove_leftovers(place.file);
  } catch (const std::exception&) {  // it stays for nothing, and does no harm
  }
}

}  // namespace hpsearch::runner

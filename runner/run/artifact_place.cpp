#include "runner/run/artifact_place.h"

#include <stdexcept>

#include <fmt/format.h>

#include "storage/artifacts.h"

namespace hpsearch::runner {

namespace fs = std::filesystem;

ArtifactPlace artifact_place(const fs::path& database,
                             std::int64_t sweep_id,
                             std::string_view name) {
  const std::string path = storage::artifact_path(database, sweep_id, name);
  return {path, storage::artifact_file(database, path)};
}

ArtifactPlace make_artifact_place(const fs::path& database,
                                  std::int64_t sweep_id,
                                  std::string_view name) {
  ArtifactPlace place = artifact_place(database, sweep_id, name);
  std::error_code error;
  fs::create_directories(place.file.parent_path(), error);
  if (error) {
    throw std::runtime_error(
        fmt::format("{}: this folder cannot be made: {}; check that you may write to the folder of "
                    "the database and that nothing else has this name",
                    place.file.parent_path().string(), error.message()));
  }
  return place;
}

}  // namespace hpsearch::runner

// Where a file of a sweep belongs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace hpsearch::runner {

struct ArtifactPlace {
  std::string path;            // as the database has it
  std::filesystem::path file;  // as this process finds it
};

ArtifactPlace artifact_place(const std::filesystem::path& database,
                             std::int64_t sweep_id,
                             std::string_view name);

// The same, with the folder made. Throws std::runtime_error with a sentence for the user where it
// cannot be made.
ArtifactPlace make_artifact_place(const std::filesystem::path& database,
                                  std::int64_t sweep_id,
                                  std::string_view name);

}  // namespace hpsearch::runner

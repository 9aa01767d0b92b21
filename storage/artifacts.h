// The paths of the files that belong to trials: in a folder beside the database.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace hpsearch::storage {

// "hpsearch.db.files/sweep<id>/<name>", relative to the folder of the database, for
// ArtifactRow::path. For a database of a server the folder is the working folder, and the name
// "hpsearch-<number of the database>.files". The id keeps the folder valid when a sweep is set
// aside under another name. A symbolic link to the database is resolved first.
std::string artifact_path(const std::filesystem::path& database,
                          std::int64_t sweep_id,
                          std::string_view name);

// The full path of a file, given the path of the database and what artifact_path() returned.
std::filesystem::path artifact_file(const std::filesystem::path& database, const std::string& path);

// The file of an ArtifactRow::path, which a database may hold that someone else has written. Empty
// unless it is a regular file, no symbolic link, in a folder "*.files" beside the database. Where
// the database keeps the bytes itself, it is fetched from there first. Throws StoreError.
std::optional<std::filesystem::path> stored_artifact(const std::filesystem::path& database,
                                                     const std::string& path);

}  // namespace hpsearch::storage

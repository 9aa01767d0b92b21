// Where the files of a database's trials lie: in a folder beside it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace hpsearch::storage {

// "hpsearch.db.files/sweep<id>/<name>", from the folder of the database, as ArtifactRow has it. A
// sweep keeps its folder when it is set aside under another name. Of a symbolic link to a database
// the name and the folder are those of the file that it leads to.
std::string artifact_path(const std::filesystem::path& database,
                          std::int64_t sweep_id,
                          std::string_view name);

// Where a file of this ArtifactRow::path is, as the database's own path says it.
std::filesystem::path artifact_file(const std::filesystem::path& database, const std::string& path);

}  // namespace hpsearch::storage

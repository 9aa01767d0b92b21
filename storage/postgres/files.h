// Files of trials in the database, so that every host has them. Internal to storage.
//
// Artifacts and saved states are files in the working folder first, as they are files beside every
// other database. Their bytes go into the table `files` with the row that names them, up to a
// bound, and go with it. A host that lacks such a file, or has an old one, fetches it when it is
// asked for.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "storage/postgres/connection.h"

namespace hpsearch::storage {

// What is longer stays where it is.
inline constexpr std::uint64_t kLongestFile = std::uint64_t{256} << 20U;

// The folder of the files: "hpsearch-<number of the database>.files", which no other database has.
// Throws StoreError.
std::string files_folder(const std::filesystem::path& url);

// In the open transaction: the file of a row with this path, as it is now. Throws PgError.
void write_file(PgConnection& connection, const std::string& path);

// Puts the file there if the database has other bytes for it than the disk. Throws StoreError.
void fetch_file(const std::filesystem::path& url,
                const std::string& path,
                const std::filesystem::path& file);

}  // namespace hpsearch::storage

// Compares what rows say of files with the files. Internal to storage.
#pragma once

#include <filesystem>
#include <vector>

#include "storage/health.h"

namespace SQLite {
class Database;
}  // namespace SQLite

namespace hpsearch::storage {

// Files that are missing or are not what was written, files that no row names, and locks that dead
// processes have left.
struct FileHealth {
  std::vector<HealthFinding> findings;
  std::vector<std::filesystem::path> leftovers;  // that nothing needs; folders after their files
};
// `alone`: the caller holds the locks of all sweeps; else the files of a sweep that is held are
// left to whoever runs it.
FileHealth examine_files(const std::filesystem::path& database, SQLite::Database& db, bool alone);

}  // namespace hpsearch::storage

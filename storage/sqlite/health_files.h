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
FileHealth examine_files(const std::filesystem::path& database, SQLite::Database& db);

}  // namespace hpsearch::storage

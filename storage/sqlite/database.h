// Opens SQLite files with the settings of hpsearch. Internal to storage.
#pragma once

#include <filesystem>
#include <string>

#include "storage/schema_version.h"
#include "storage/sqlite/connection.h"

namespace SQLite {
class Exception;
}  // namespace SQLite

namespace hpsearch::storage {

class DamagedRow;
class StoreError;

// Marks the file as ours ("HPS1" in the header; `file hpsearch.db` shows it).
inline constexpr int kApplicationId = 0x48505331;

struct OpenedDatabase {
  DatabasePtr db;
  bool is_new = false;  // just created, and perhaps not on the disk yet
};

// Opens for writing, creating or migrating as needed: WAL, synchronous NORMAL, foreign keys on. For
// one thread at a time. Creating a file does not wait for the disk, because it holds nothing yet
// that a power cut could destroy.
OpenedDatabase open_writable(const std::filesystem::path& path, const std::string& tool_version);

// Opens for reading, even if the folder or the file is not writable. Writes no rows, but the last
// connection to close may merge the log that a killed run left behind.
DatabasePtr open_readable(const std::filesystem::path& path);

// Opens for reading and leaves no trace: it creates no file, and changes neither the database nor
// its log. Throws StoreError where that is not possible, as where a log lies without its shared
// memory.
DatabasePtr open_untouched(const std::filesystem::path& path);

// The error for a failed statement: the file, SQLite's message, and what to do.
StoreError explain(const std::filesystem::path& path, const SQLite::Exception& error);
StoreError explain(const std::filesystem::path& path, const DamagedRow& error);

}  // namespace hpsearch::storage

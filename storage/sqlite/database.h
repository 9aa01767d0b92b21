// Opening SQLite files the way this product needs them. Internal to storage.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

namespace SQLite {
class Database;
class Exception;
}  // namespace SQLite

namespace hpsearch::storage {

class StoreError;

// Marks the file as ours ("HPS1" in the header; `file hpsearch.db` shows it).
inline constexpr int kApplicationId = 0x48505331;
inline constexpr int kSchemaVersion = 3;

struct OpenedDatabase {
  std::unique_ptr<SQLite::Database> db;
  bool is_new = false;  // made just now, and perhaps not on the disk yet
};

// Opens for writing, creating or migrating as needed. WAL, synchronous NORMAL, foreign keys on. For
// one thread at a time. A new file is made without waiting for the disk: there is nothing in it
// that a power cut could take.
OpenedDatabase open_writable(const std::filesystem::path& path, const std::string& tool_version);

// Opens for reading, also where the folder or the file cannot be written. Writes no rows; the last
// connection to close folds into the file what a killed run left beside it.
std::unique_ptr<SQLite::Database> open_readable(const std::filesystem::path& path);

// The sentence for a failed statement: file, what SQLite says, what to do about it.
StoreError explain(const std::filesystem::path& path, const SQLite::Exception& error);

// A name as an SQL identifier: "a""b".
std::string quoted_identifier(const std::string& name);

}  // namespace hpsearch::storage

// Databases that earlier programs have written; they lie in tests/schemas as SQL.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

#include <sqlite3.h>

#include "test_locations.h"

namespace hpsearch::test {

// Makes the database that this version of the program wrote, without the files beside it.
inline void restore_database(const std::string& version, const std::filesystem::path& to) {
  const std::string source = std::string(HPSEARCH_SOURCE_DIR "/tests/schemas/") + version + ".sql";
  std::ifstream stream(source, std::ios::binary);
  const std::string sql{std::istreambuf_iterator<char>(stream), {}};
  sqlite3* db = nullptr;
  const bool done = !sql.empty() && sqlite3_open(to.c_str(), &db) == SQLITE_OK &&
                    sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK;
  const std::string error = done ? "" : source + ": " + sqlite3_errmsg(db);
  sqlite3_close(db);
  if (!done) {
    throw std::runtime_error(error);
  }
}

}  // namespace hpsearch::test

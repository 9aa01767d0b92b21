#include "storage/backend.h"

#include <utility>

#include "storage/sqlite/sqlite_claims.h"
#include "storage/sqlite/sqlite_queries.h"
#include "storage/sqlite/sqlite_store.h"

namespace hpsearch::storage {

std::unique_ptr<Store> open_store(std::filesystem::path path, std::string tool_version) {
  return std::make_unique<SqliteStore>(std::move(path), std::move(tool_version));
}

std::unique_ptr<Queries> open_queries(std::filesystem::path path) {
  return std::make_unique<SqliteQueries>(std::move(path));
}

std::unique_ptr<Claims> open_claims(const std::filesystem::path& path,
                                    const std::string& tool_version,
                                    std::int64_t sweep_id,
                                    const std::string& sweep_name) {
  return std::make_unique<SqliteClaims>(path, tool_version, sweep_id, sweep_name);
}

}  // namespace hpsearch::storage

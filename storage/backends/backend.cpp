#include "storage/backend.h"

#include <utility>

#include "storage/error.h"
#include "storage/location.h"
#include "storage/peek.h"
#include "storage/postgres/open_postgres.h"
#include "storage/row_transfer.h"
#include "storage/sqlite/open_sqlite.h"

namespace hpsearch::storage {

bool database_exists(const std::filesystem::path& path) {
  std::error_code unreadable;
  return is_url(path) ? has_postgres_tables(path) : std::filesystem::exists(path, unreadable);
}

std::unique_ptr<Store> open_store(std::filesystem::path path, std::string tool_version) {
  return is_url(path) ? open_postgres_store(std::move(path), std::move(tool_version))
                      : open_sqlite_store(std::move(path), std::move(tool_version));
}

std::unique_ptr<Queries> open_queries(std::filesystem::path path) {
  return is_url(path) ? open_postgres_queries(std::move(path))
                      : open_sqlite_queries(std::move(path));
}

std::unique_ptr<Queries> peek(std::filesystem::path path) {
  if (is_url(path)) {
    throw StoreError(path.string() + ": is on a server, which takes its time to answer");
  }
  return peek_sqlite(std::move(path));
}

std::unique_ptr<Claims> open_claims(const std::filesystem::path& path,
                                    const std::string& tool_version,
                                    std::int64_t sweep_id,
                                    const std::string& sweep_name) {
  return is_url(path) ? open_postgres_claims(path, tool_version, sweep_id, sweep_name)
                      : open_sqlite_claims(path, tool_version, sweep_id, sweep_name);
}

UpgradedDatabase open_upgraded(std::filesystem::path path, std::string tool_version) {
  if (is_url(path)) {
    return {nullptr, open_postgres_queries(std::move(path))};
  }
  return upgrade_sqlite(std::move(path), std::move(tool_version));
}

}  // namespace hpsearch::storage

#include "storage/postgres/open_postgres.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "storage/postgres/files.h"
#include "storage/postgres/lease.h"
#include "storage/postgres/pg_membership.h"
#include "storage/postgres/pg_session.h"
#include "storage/sql/sql_claims.h"
#include "storage/sql/sql_queries.h"
#include "storage/sql/sql_store.h"
#include "storage/sql/transaction.h"

namespace hpsearch::storage {
namespace {

std::unique_ptr<SqlStore> open_store_of_sql(const std::filesystem::path& url,
                                            const std::string& tool_version) {
  auto session = std::make_unique<PgSession>(url);
  make_tables(*session, tool_version);
  return std::make_unique<SqlStore>(url, tool_version, std::move(session));
}

}  // namespace

bool has_postgres_tables(const std::filesystem::path& url) {
  PgSession session(url);
  return has_tables(session);
}

std::unique_ptr<Store> open_postgres_store(std::filesystem::path url, std::string tool_version) {
  return open_store_of_sql(url, tool_version);
}

std::unique_ptr<Queries> open_postgres_queries(std::filesystem::path url) {
  auto session = std::make_unique<PgSession>(url);
  require_tables(*session);
  return std::make_unique<SqlQueries>(std::move(url), std::move(session));
}

std::unique_ptr<Claims> open_postgres_claims(const std::filesystem::path& url,
                                             const std::string& tool_version,
                                             std::int64_t sweep_id,
                                             const std::string& sweep_name) {
  auto membership = std::make_unique<PgMembership>(url.native(), sweep_id, sweep_name);
  auto store = open_store_of_sql(url, tool_version);
  auto written = open_store_of_sql(url, tool_version);
  return std::make_unique<SqlClaims>(sweep_id, std::move(membership), std::move(store),
                                     std::move(written));
}

std::unique_ptr<SweepHold> hold_postgres_sweep(const std::filesystem::path& url,
                                               std::int64_t sweep_id,
                                               const std::string& sweep_name) {
  return std::make_unique<PgSweepHold>(url.native(), sweep_id, sweep_name);
}

std::vector<LockOwner> postgres_owners(const std::filesystem::path& url, std::int64_t sweep_id) {
  PgSession session(url);
  const auto members = guarded(session, [&] { return living_members(session, sweep_id); });
  std::vector<LockOwner> owners;
  std::transform(members.begin(), members.end(), std::back_inserter(owners),
                 [](const Member& member) { return member.owner; });
  return owners;
}

void ask_postgres_owners_to_stop(const std::filesystem::path& url, std::int64_t sweep_id) {
  PgSession session(url);
  request_stop(session, sweep_id);
}

std::string postgres_files_folder(const std::filesystem::path& url) {
  return files_folder(url);
}

void fetch_postgres_file(const std::filesystem::path& url,
                         const std::string& path,
                         const std::filesystem::path& file) {
  fetch_file(url, path, file);
}

}  // namespace hpsearch::storage

#include "storage/sqlite/open_sqlite.h"

#include <utility>

#include <fmt/format.h>

#include "storage/error.h"
#include "storage/sql/sql_claims.h"
#include "storage/sql/sql_queries.h"
#include "storage/sql/sql_store.h"
#include "storage/sqlite/file_system.h"
#include "storage/sqlite/sqlite_session.h"
#include "storage/sweep_membership.h"

namespace hpsearch::storage {
namespace {

// By the locks of a file: see there.
class FileMembership final : public Membership {
 public:
  FileMembership(const std::filesystem::path& path, std::int64_t sweep_id, const std::string& name)
      : locks_(path, sweep_id, name) {}

  int seat() const override { return locks_.seat(); }
  bool is_alive(int seat) override { return seat < kMostSeats && locks_.is_alive(seat); }
  void look() override {}  // the kernel knows at any time
  void say_begun() override { locks_.say_begun(); }
  bool others_have_begun() override { return locks_.others_have_begun(); }
  bool try_turn() override { return locks_.try_turn(); }
  void end_turn() override { locks_.end_turn(); }
  bool enter_gate() override { return locks_.enter_gate(); }
  void leave_gate() override { locks_.leave_gate(); }
  bool admits_claim() override { return true; }
  bool try_close_gate() override { return locks_.try_close_gate(); }
  bool has_lease() const override { return false; }
  bool keeps_time() override { return locks_.keeps_time(); }
  void rejoin(const std::function<void()>&) override { throw; }  // the kernel takes no lock away

 private:
  SweepMembership locks_;
};

std::unique_ptr<SqlStore> open_store_of_sql(const std::filesystem::path& path,
                                            const std::string& tool_version) {
  auto session = std::make_unique<SqliteSession>(path, open_writable(path, tool_version));
  return std::make_unique<SqlStore>(path, tool_version, std::move(session));
}

}  // namespace

std::unique_ptr<Store> open_sqlite_store(std::filesystem::path path, std::string tool_version) {
  return open_store_of_sql(path, tool_version);
}

std::unique_ptr<Queries> open_sqlite_queries(std::filesystem::path path) {
  auto session = std::make_unique<SqliteSession>(path, open_readable(path));
  return std::make_unique<SqlQueries>(std::move(path), std::move(session));
}

std::unique_ptr<Queries> peek_sqlite(std::filesystem::path path) {
  auto session = std::make_unique<SqliteSession>(path, open_untouched(path));
  return std::make_unique<SqlQueries>(std::move(path), std::move(session));
}

std::unique_ptr<Claims> open_sqlite_claims(const std::filesystem::path& path,
                                           const std::string& tool_version,
                                           std::int64_t sweep_id,
                                           const std::string& sweep_name) {
  // On a network file system a process has one connection, whose transactions would meet here, and
  // is alone.
  if (const auto network = network_file_system(path)) {
    throw StoreError(fmt::format(
        "{}: on {} only one process at a time can use the database; run without --join, give each "
        "process a database of its own (run --shard, then hpsearch merge), or use a local disk",
        path.string(), *network));
  }
  auto membership = std::make_unique<FileMembership>(path, sweep_id, sweep_name);
  auto store = open_store_of_sql(path, tool_version);
  auto written = open_store_of_sql(path, tool_version);
  return std::make_unique<SqlClaims>(sweep_id, std::move(membership), std::move(store),
                                     std::move(written));
}

}  // namespace hpsearch::storage

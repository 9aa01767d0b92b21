#include <fmt/format.h>

#include "storage/error.h"
#include "storage/postgres/open_postgres.h"

namespace hpsearch::storage {
namespace {

StoreError none(const std::filesystem::path& url) {
  return StoreError(fmt::format(
      "{}: this program was built without PostgreSQL; install libpq-dev, configure the build with "
      "-DHPSEARCH_POSTGRES=ON and build it again, or choose a file with --db",
      url.string()));
}

}  // namespace

bool has_postgres_tables(const std::filesystem::path& url) {
  throw none(url);
}

std::unique_ptr<Store> open_postgres_store(std::filesystem::path url, std::string) {
  throw none(url);
}

std::unique_ptr<Queries> open_postgres_queries(std::filesystem::path url) {
  throw none(url);
}

std::unique_ptr<Claims> open_postgres_claims(const std::filesystem::path& url,
                                             const std::string&,
                                             std::int64_t,
                                             const std::string&) {
  throw none(url);
}

std::unique_ptr<SweepHold> hold_postgres_sweep(const std::filesystem::path& url,
                                               std::int64_t,
                                               const std::string&) {
  throw none(url);
}

std::vector<LockOwner> postgres_owners(const std::filesystem::path& url, std::int64_t) {
  throw none(url);
}

void ask_postgres_owners_to_stop(const std::filesystem::path& url, std::int64_t) {
  throw none(url);
}

std::string postgres_files_folder(const std::filesystem::path& url) {
  throw none(url);
}

void fetch_postgres_file(const std::filesystem::path& url,
                         const std::string&,
                         const std::filesystem::path&) {
  throw none(url);
}

}  // namespace hpsearch::storage

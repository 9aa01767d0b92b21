#include <random>

#include <fmt/format.h>

#include "storage/error.h"
#include "storage/postgres/pg_schema.h"
#include "storage/postgres/pg_session.h"
#include "storage/schema_version.h"
#include "storage/sql/transaction.h"
#include "storage/utc_now.h"

namespace hpsearch::storage {
namespace {

constexpr char kMark[] = "hpsearch";

// The version of the tables; 0: there are none. Throws StoreError for those of another program.
std::int64_t version_of(PgSession& session) {
  const std::string& url = session.connection().url();
  Statement mark(session,
                 "SELECT to_regclass('migrations') IS NOT NULL, "
                 "obj_description(to_regclass('migrations'), 'pg_class')");
  if (!mark.step() || mark.column(0).int64() == 0) {
    return 0;
  }
  if (!mark.column(1).text().starts_with(kMark)) {
    throw StoreError(fmt::format(
        "{}: the database has tables of another program; give hpsearch a database of its own",
        url));
  }
  Statement s(session, "SELECT MAX(version) FROM migrations");
  s.step();
  const std::int64_t version = s.column(0).int64();
  if (version > kSchemaVersion) {
    throw StoreError(fmt::format(
        "{}: written by a newer hpsearch (schema {}, this one knows {}); use the newer version",
        url, version, kSchemaVersion));
  }
  return version;
}

// A number that no other database has.
std::string new_number() {
  std::random_device device;
  return fmt::format("{:08x}", device());
}

}  // namespace

void make_tables(PgSession& session, const std::string& tool_version) {
  guarded(session, [&] {
    if (version_of(session) == kSchemaVersion) {
      return;
    }
    Transaction transaction(session);  // one at a time: another one may have made them meanwhile
    if (version_of(session) == 0) {
      session.exec(kPgSchema);
      session.exec(fmt::format("COMMENT ON TABLE migrations IS '{} {}'", kMark, new_number()));
      Statement row(session, "INSERT INTO migrations VALUES (?, ?, ?)");
      row.bind(1, kSchemaVersion);
      row.bind(2, utc_now());
      row.bind(3, tool_version);
      row.exec();
    }
    transaction.commit();
  });
}

bool has_tables(PgSession& session) {
  return guarded(session, [&] { return version_of(session) != 0; });
}

void require_tables(PgSession& session) {
  if (!has_tables(session)) {
    throw StoreError(
        fmt::format("{}: this database is empty; run a sweep first", session.connection().url()));
  }
}

}  // namespace hpsearch::storage

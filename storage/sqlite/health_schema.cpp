#include "storage/sqlite/health_schema.h"

#include <map>
#include <utility>

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include "storage/schema_version.h"
#include "storage/sql/session.h"
#include "storage/sqlite/schema_sql.h"

namespace hpsearch::storage {
namespace {

using Kind = HealthFinding::Kind;

// The statement that makes an object, by the object's type and name. SQLite's own are left out.
using Objects = std::map<std::pair<std::string, std::string>, std::string>;

Objects objects_of(SQLite::Database& db) {
  Objects objects;
  SQLite::Statement s(db,
                      "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' "
                      "ESCAPE '\\' AND sql IS NOT NULL");
  while (s.executeStep()) {
    objects[{s.getColumn(0).getString(), s.getColumn(1).getString()}] = s.getColumn(2).getString();
  }
  return objects;
}

int version_of(SQLite::Database& db) {
  return db.execAndGet("PRAGMA user_version").getInt();
}

// What the same version has in a new file.
Objects expected_of(int version) {
  SQLite::Database fresh(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  for (int i = 0; i < version; ++i) {
    fresh.exec(kMigrations[i]);
  }
  return objects_of(fresh);
}

bool can_be_made_anew(const std::string& type) {
  return type == "view" || type == "index";
}

}  // namespace

std::vector<HealthFinding> examine_schema(SQLite::Database& db) {
  std::vector<HealthFinding> findings;
  const int version = version_of(db);
  const Objects expected = expected_of(version);
  Objects found = objects_of(db);
  for (const auto& [key, sql] : expected) {
    const auto& [type, name] = key;
    const auto at = found.find(key);
    const bool missing = at == found.end();
    if (missing || at->second != sql) {
      const bool mendable = can_be_made_anew(type);
      findings.push_back({"schema", Kind::kDamage,
                          fmt::format("the {} {} is {}", type, name,
                                      missing ? "missing" : "not that of this version"),
                          mendable ? "--repair makes it anew"
                                   : "go back to a copy of the file, or recover its rows with "
                                     "doctor --recover NEW.db",
                          mendable});
    }
    if (!missing) {
      found.erase(at);
    }
  }
  SQLite::Statement s(db, "SELECT name FROM sweeps");
  while (s.executeStep()) {
    const std::string sweep = s.getColumn(0).getString();
    if (found.erase({"view", "trials_" + sweep}) == 0) {
      findings.push_back({"schema", Kind::kWarning,
                          fmt::format("the view trials_{} is missing", sweep),
                          "a copy has it again: hpsearch merge NEW.db and this file", false});
    }
  }
  for (const auto& [key, sql] : found) {
    findings.push_back({"schema", Kind::kNote,
                        fmt::format("the {} {} is none of hpsearch's", key.first, key.second), "",
                        false});
  }
  if (findings.empty()) {
    findings.push_back(
        {"schema", Kind::kGood, fmt::format("version {}, all as it was made", version), "", false});
  }
  if (version < kSchemaVersion) {
    findings.push_back({"schema", Kind::kNote,
                        fmt::format("version {}, this hpsearch writes {}", version, kSchemaVersion),
                        "the next run upgrades it", false});
  }
  return findings;
}

std::vector<std::string> restore_schema(SQLite::Database& db) {
  std::vector<std::string> made;
  const Objects expected = expected_of(version_of(db));
  const Objects found = objects_of(db);
  for (const auto& [key, sql] : expected) {
    const auto& [type, name] = key;
    const auto at = found.find(key);
    if (!can_be_made_anew(type) || (at != found.end() && at->second == sql)) {
      continue;
    }
    db.exec(fmt::format("DROP {} IF EXISTS {}", type, quoted_identifier(name)));
    db.exec(sql);
    made.push_back(name);
  }
  return made;
}

}  // namespace hpsearch::storage

#include "storage/sqlite/health_rows.h"

#include <array>
#include <string>

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "storage/sql/session.h"

namespace hpsearch::storage {
namespace {

using Kind = HealthFinding::Kind;

// Each statement gives a row for each contradiction: the sweep, and the trial's number or NULL.
struct Rule {
  std::string_view about;
  Kind kind;
  const char* what;  // follows "N trials " or, without numbers, "N sweeps "
  const char* sql;
};

constexpr std::array kRules{
    Rule{"rows", Kind::kDamage, "complete without a value",
         "SELECT s.name, t.number FROM trials t JOIN sweeps s USING(sweep_id) "
         "WHERE t.state = 'complete' AND (t.value IS NULL OR t.score IS NULL)"},
    Rule{"rows", Kind::kDamage, "with a score that is not their value's",
         "SELECT s.name, t.number FROM trials t JOIN sweeps s USING(sweep_id) "
         "WHERE t.score <> CASE s.goal WHEN 'maximize' THEN -t.value ELSE t.value END"},
    Rule{"rows", Kind::kDamage, "whose best epoch is missing",
         "SELECT s.name, t.number FROM trials t JOIN sweeps s USING(sweep_id) "
         "WHERE t.state = 'complete' AND t.best_epoch IS NOT NULL AND NOT EXISTS "
         "(SELECT 1 FROM epochs e WHERE e.trial_id = t.trial_id AND e.replicate = 0 "
         "AND e.epoch = t.best_epoch)"},
    Rule{"rows", Kind::kDamage, "with other parameters in params than in params_json",
         "SELECT s.name, t.number FROM trials t JOIN sweeps s USING(sweep_id) "
         "WHERE CASE WHEN json_valid(t.params_json) THEN "
         "(SELECT COUNT(*) FROM json_each(t.params_json)) <> "
         "(SELECT COUNT(*) FROM params p WHERE p.trial_id = t.trial_id) OR EXISTS "
         "(SELECT 1 FROM json_each(t.params_json) j WHERE NOT EXISTS "
         "(SELECT 1 FROM params p WHERE p.trial_id = t.trial_id AND p.name = j.key)) "
         "ELSE 1 END"},
    Rule{"rows", Kind::kDamage, "still open in a sweep that is complete",
         "SELECT s.name, t.number FROM trials t JOIN sweeps s USING(sweep_id) "
         "WHERE s.state = 'complete' AND t.state = 'running'"},
    Rule{"times", Kind::kNote, "that ended before they began: the clock was set back",
         "SELECT s.name, t.number FROM trials t JOIN sweeps s USING(sweep_id) "
         "WHERE t.finished_at < t.started_at"},
    Rule{"times", Kind::kWarning,
         "with a time in the future: the clock of this machine, or of the one that ran them, is "
         "wrong",
         "SELECT s.name, t.number FROM trials t JOIN sweeps s USING(sweep_id) WHERE MAX("
         "COALESCE(t.finished_at, ''), COALESCE(t.started_at, ''), t.created_at) > "
         "strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+5 minutes')"},
};

// "trial 3 of sweep 'a'", "trials 3, 4, 5 and 12 more of ...".
std::string where(SQLite::Statement& s, int& count) {
  constexpr int kNamed = 5;
  std::vector<std::string> named;
  for (count = 0; s.executeStep(); ++count) {
    if (count < kNamed) {
      named.push_back(
          fmt::format("{} of sweep '{}'", s.getColumn(1).getString(), s.getColumn(0).getString()));
    }
  }
  return fmt::format("{}{}", fmt::join(named, ", "),
                     count > kNamed ? fmt::format(" and {} more", count - kNamed) : "");
}

struct Reference {
  std::string table, column, parent;
};

std::vector<Reference> references(SQLite::Database& db) {
  std::vector<Reference> all;
  SQLite::Statement s(db,
                      "SELECT m.name, f.\"from\", f.\"table\" FROM sqlite_master m, "
                      "pragma_foreign_key_list(m.name) f WHERE m.type = 'table'");
  while (s.executeStep()) {
    all.push_back(
        {s.getColumn(0).getString(), s.getColumn(1).getString(), s.getColumn(2).getString()});
  }
  return all;
}

// All keys of the schema have the same name in both tables.
std::string orphans_of(const Reference& reference) {
  const std::string column = quoted_identifier(reference.column);
  const std::string table = quoted_identifier(reference.table);
  return fmt::format(
      "FROM {0} WHERE {1} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {2} p WHERE p.{1} = {0}.{1})",
      table, column, quoted_identifier(reference.parent));
}

// "1 sweep", "60 trials": the rows of the table of that name.
std::string counted(SQLite::Database& db, const char* one) {
  const auto count = db.execAndGet(fmt::format("SELECT COUNT(*) FROM {}s", one)).getInt64();
  return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s");
}

}  // namespace

std::vector<HealthFinding> examine_rows(SQLite::Database& db) {
  std::vector<HealthFinding> findings;
  for (const Rule& rule : kRules) {
    SQLite::Statement s(db, rule.sql);
    int count = 0;
    const std::string places = where(s, count);
    if (count > 0) {
      findings.push_back(
          {rule.about, rule.kind,
           fmt::format("{} trial{} {}: {}", count, count == 1 ? "" : "s", rule.what, places),
           rule.kind == Kind::kDamage
               ? "the file was changed by another program, or restored in part; go "
                 "back to a copy, or set the sweep aside with run --fresh"
               : "",
           false});
    }
  }
  for (const Reference& reference : references(db)) {
    const int count = db.execAndGet("SELECT COUNT(*) " + orphans_of(reference)).getInt();
    if (count > 0) {
      findings.push_back(
          {"rows", Kind::kDamage,
           fmt::format("{} row{} of {} belong{} to no row of {}", count, count == 1 ? "" : "s",
                       reference.table, count == 1 ? "s" : "", reference.parent),
           "--repair removes them", true});
    }
  }
  if (findings.empty()) {
    findings.push_back({"rows", Kind::kGood,
                        fmt::format("{}, {} and {} agree with each other", counted(db, "sweep"),
                                    counted(db, "trial"), counted(db, "epoch")),
                        "", false});
  }
  return findings;
}

int remove_orphans(SQLite::Database& db) {
  int removed = 0;
  for (int before = -1; before != removed;) {  // what goes may have been the parent of others
    before = removed;
    for (const Reference& reference : references(db)) {
      removed += db.exec("DELETE " + orphans_of(reference));
    }
  }
  return removed;
}

}  // namespace hpsearch::storage

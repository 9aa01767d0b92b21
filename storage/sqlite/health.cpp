#include "storage/health.h"

#include <algorithm>
#include <memory>
#include <system_error>

#include <SQLiteCpp/Backup.h>
#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <unistd.h>

#include "storage/error.h"
#include "storage/sqlite/database.h"
#include "storage/sqlite/file_system.h"
#include "storage/sqlite/health_files.h"
#include "storage/sqlite/health_rows.h"
#include "storage/sqlite/health_schema.h"
#include "storage/sqlite/transaction.h"
#include "storage/sweep_lock.h"

namespace hpsearch::storage {
namespace {

namespace fs = std::filesystem;
using Kind = HealthFinding::Kind;

constexpr double kMega = 1e6;

void examine_file(const fs::path& path, std::vector<HealthFinding>& findings) {
  constexpr std::uintmax_t kLeastFree = 100'000'000;
  constexpr std::uintmax_t kLongLog = 1'000'000'000;
  std::error_code error;
  const std::size_t before = findings.size();
  const std::uintmax_t size = fs::file_size(path, error);
  const fs::path folder = fs::absolute(path).parent_path();
  const fs::space_info space = fs::space(folder, error);
  if (!error && space.available < kLeastFree) {
    findings.push_back({"file", Kind::kWarning,
                        fmt::format("only {:.0f} MB of the disk are free",
                                    static_cast<double>(space.available) / kMega),
                        "free some space before the next run", false});
  }
  if (access(path.c_str(), W_OK) != 0 || access(folder.c_str(), W_OK) != 0) {
    findings.push_back(
        {"file", Kind::kNote, "you cannot write to it", "only reports can use it", false});
  }
  if (const auto network = network_file_system(path)) {
    findings.push_back({"file", Kind::kNote,
                        fmt::format("it lies on {}, a network file system", *network),
                        "one process at a time can use it", false});
  }
  if (fs::hard_link_count(path, error) > 1 && !error) {
    findings.push_back({"file", Kind::kWarning, "it has a second name (a hard link)",
                        "copy the file, or remove the other name: runs refuse it", false});
  }
  const std::uintmax_t log = fs::file_size(path.string() + "-wal", error);
  if (!error && log > kLongLog) {
    findings.push_back({"file", Kind::kWarning,
                        fmt::format("its log has {:.0f} MB, since some program has been reading it "
                                    "all the time",
                                    static_cast<double>(log) / kMega),
                        "end the programs that read the database", false});
  }
  if (findings.size() == before) {
    findings.push_back({"file", Kind::kGood,
                        fmt::format("{:.1f} MB, {:.0f} MB free", static_cast<double>(size) / kMega,
                                    static_cast<double>(space.available) / kMega),
                        "", false});
  }
}

// What SQLite finds wrong with the pages; indexes that lack rows, or have too many, are apart,
// since they can be made anew from their tables.
struct Pages {
  std::vector<std::string> damage;
  std::vector<std::string> indexes;
};

Pages examine_pages(SQLite::Database& db) {
  Pages pages;
  try {
    SQLite::Statement s(db, "PRAGMA integrity_check(100)");
    while (s.executeStep()) {
      const std::string line = s.getColumn(0).getString();
      const bool index = line.find("missing from index") != std::string::npos ||
                         line.find("wrong # of entries in index") != std::string::npos;
      if (line != "ok") {
        (index ? pages.indexes : pages.damage).push_back(line);
      }
    }
  } catch (const SQLite::Exception& error) {  // as where a page is no page at all
    pages.damage.emplace_back(error.what());
  }
  return pages;
}

void report_pages(const Pages& pages, std::vector<HealthFinding>& findings) {
  const auto count = [](const std::vector<std::string>& lines) {
    return fmt::format("SQLite finds {} fault{}, the first: {}", lines.size(),
                       lines.size() == 1 ? "" : "s", lines.front());
  };
  if (!pages.damage.empty()) {
    findings.push_back({"pages", Kind::kDamage, count(pages.damage),
                        "take what is left with doctor --recover NEW.db", false});
  }
  if (!pages.indexes.empty()) {
    findings.push_back(
        {"pages", Kind::kDamage, count(pages.indexes), "--repair makes the indexes anew", true});
  }
  if (pages.damage.empty() && pages.indexes.empty()) {
    findings.push_back({"pages", Kind::kGood, "SQLite finds no fault", "", false});
  }
}

void examine_sweeps(const fs::path& path,
                    SQLite::Database& db,
                    std::vector<HealthFinding>& findings) {
  SQLite::Statement s(db, "SELECT sweep_id, name FROM sweeps WHERE state = 'running'");
  while (s.executeStep()) {
    const bool held = SweepLock::is_held(path, s.getColumn(0).getInt64());
    const std::string name = s.getColumn(1).getString();
    findings.push_back({"sweeps", Kind::kNote,
                        held ? fmt::format("sweep '{}' is being run", name)
                             : fmt::format("the process that ran sweep '{}' was killed", name),
                        held ? "" : "run the same command again: it goes on", false});
  }
}

// "x.db.before-repair", or the next name that is free.
fs::path copy_of(const fs::path& database, SQLite::Database& db) {
  fs::path name = database.string() + ".before-repair";
  for (int i = 2; fs::exists(fs::symlink_status(name)); ++i) {
    name = fmt::format("{}.before-repair-{}", database.string(), i);
  }
  SQLite::Database copy(name.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  SQLite::Backup(copy, db).executeStep();
  return name;
}

}  // namespace

std::string_view to_text(Kind kind) {
  switch (kind) {
    case Kind::kGood:
      return "ok";
    case Kind::kNote:
      return "note";
    case Kind::kWarning:
      return "warning";
    case Kind::kDamage:
      break;
  }
  return "damage";
}

std::vector<HealthFinding> examine(const fs::path& database) {
  std::vector<HealthFinding> findings;
  const DatabasePtr db = open_readable(database);
  examine_file(database, findings);
  const Pages pages = guarded(database, [&] { return examine_pages(*db); });
  report_pages(pages, findings);
  const auto append = [&](std::vector<HealthFinding> more) {
    std::move(more.begin(), more.end(), std::back_inserter(findings));
  };
  // One part that cannot be read does not keep the others from being looked at.
  const auto attempt = [&](std::string_view about, const auto& look) {
    try {
      guarded(database, [&] { look(); });
    } catch (const StoreError& error) {
      findings.push_back({about, Kind::kDamage, error.what(), "", false});
    }
  };
  attempt("schema", [&] { append(examine_schema(*db)); });
  attempt("rows", [&] {
    const FileTransaction moment(*db, FileTransaction::Kind::kDeferred);  // a run may go on beside
    append(examine_rows(*db));
  });
  attempt("sweeps", [&] { examine_sweeps(database, *db, findings); });
  attempt("files", [&] { append(examine_files(database, *db, false).findings); });
  return findings;
}

Mended mend(const fs::path& database) {
  const DatabasePtr readable = open_readable(database);  // ours, and of a version that we know
  const DatabasePtr db =
      open_connection(fs::absolute(database).string(), SQLite::OPEN_READWRITE, database.string());
  return guarded(database, [&] {
    // While these live no run begins; as they end they remove the files of dead processes' locks.
    std::vector<std::unique_ptr<SweepLock>> locks;
    SQLite::Statement s(*db, "SELECT sweep_id, name FROM sweeps");
    while (s.executeStep()) {
      locks.push_back(std::make_unique<SweepLock>(database, s.getColumn(0).getInt64(),
                                                  s.getColumn(1).getString()));
    }
    s.reset();
    const Pages pages = examine_pages(*db);
    if (!pages.damage.empty()) {
      throw StoreError(fmt::format(
          "{}: its pages are damaged ({}), so nothing was changed; take what is left with: "
          "hpsearch doctor --recover NEW.db",
          database.string(), pages.damage.front()));
    }
    Mended mended;
    mended.copy = copy_of(database, *db);
    {
      FileTransaction transaction(*db);
      for (const std::string& name : restore_schema(*db)) {
        mended.steps.push_back("made anew: " + name);
      }
      if (!pages.indexes.empty()) {
        db->exec("REINDEX");
        mended.steps.emplace_back("made all indexes anew");
      }
      if (const int rows = remove_orphans(*db); rows > 0) {
        mended.steps.push_back(fmt::format("removed {} row{} without their sweep or trial", rows,
                                           rows == 1 ? "" : "s"));
      }
      transaction.commit();
    }
    // Only now: rows that went may have been the last to name a file.
    for (const fs::path& file : examine_files(database, *db, true).leftovers) {
      std::error_code error;
      if (fs::remove(file, error)) {
        mended.steps.push_back("removed " + file.string());
      }
    }
    return mended;
  });
}

}  // namespace hpsearch::storage

// Looks over a database and its files, and mends what can be mended without a guess.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace hpsearch::storage {

// One thing that was looked at.
struct HealthFinding {
  enum class Kind {
    kGood,     // nothing to do
    kNote,     // worth knowing
    kWarning,  // something is wrong around the results: files, times, locks
    kDamage,   // rows, tables or pages are not what a run has written
  };
  std::string_view about;  // file, pages, schema, rows, sweeps, files, times
  Kind kind = Kind::kGood;
  std::string text;    // a clause
  std::string remedy;  // what to do, a clause; empty: nothing
  bool mendable = false;
};

std::string_view to_text(HealthFinding::Kind kind);

// Reads everything: pages, indexes, rows, and the files that rows name with their checksums. Runs
// beside a run, and writes nothing. Throws StoreError if the file is missing or is no database of
// hpsearch at all; damage is a finding.
std::vector<HealthFinding> examine(const std::filesystem::path& database);

// Mends all that examine() calls mendable: indexes, views, rows whose sweep or trial is gone, locks
// of dead processes, files that no row names. The file is copied before.
struct Mended {
  std::filesystem::path copy;      // of the database as it was
  std::vector<std::string> steps;  // what was done, a clause each
};

// Throws SweepBusy while a process runs one of the sweeps, and StoreError, with nothing changed, if
// the pages are damaged or the file cannot be written.
Mended mend(const std::filesystem::path& database);

}  // namespace hpsearch::storage

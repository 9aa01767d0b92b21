// `search.warm_start`: results of an earlier sweep, for a sweep that is about to begin.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "runner/sweep_file/sweep_file.h"
#include "search/sweep/earlier.h"
#include "search/sweep/sweep_spec.h"
#include "storage/records.h"

namespace hpsearch::runner {

struct WarmStart {
  std::string database;        // as the file names it
  std::filesystem::path path;  // the whole one
  std::string sweep;           // its name there
  std::size_t trials = 0;      // that it has
  search::EarlierResults results;
};

// What the file's `warm_start` gives; empty where there is none. The text is FILE or FILE:SWEEP,
// the longest that names a file, relative to the sweep file; :SWEEP is in `database`, which the
// command is about. Without SWEEP it is the newest. The other database is only read. Throws
// SweepFileError, at the value, where there is no such sweep, where it has another metric, and
// where no trial can be used. `spec` and `data_json`: with what follows from the data.
std::optional<WarmStart> read_warm_start(const SweepFile& file,
                                         const search::SweepSpec& spec,
                                         const std::string& data_json,
                                         const std::filesystem::path& database);

// The same for a sweep that may have begun: what it has begun with then, whatever has become of the
// other database.
std::optional<WarmStart> planned_warm_start(const SweepFile& file,
                                            const search::SweepSpec& spec,
                                            const std::string& data_json,
                                            const std::filesystem::path& database);

// "warm start: 45 of 60 trials of 'old' in old.db; not used: 4 failed, 11 unfinished", then a line
// for each difference, indented. Nothing without a warm start.
std::vector<std::string> warm_start_lines(const std::optional<WarmStart>& warm);
// The same, each line with its end.
std::string warm_start_text(const std::optional<WarmStart>& warm);

// What the database keeps of it: the results, and the event `warm_started`, with the space as
// written.
std::vector<storage::EarlierRow> earlier_rows(const WarmStart& warm);
storage::EventRow warm_start_event(const WarmStart& warm, const search::Space& space);

// The results as a sampler is given them.
std::vector<search::Observation> earlier_observations(const std::vector<storage::EarlierRow>& rows);

}  // namespace hpsearch::runner

// `search.warm_start`: starts a sweep from the results of an earlier one.
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
  std::filesystem::path path;  // absolute
  std::string sweep;           // its name there
  std::size_t trials = 0;      // in that sweep
  search::EarlierResults results;
};

// Reads the earlier results that `warm_start` names; empty if the file has none. The value is FILE
// or FILE:SWEEP, relative to the sweep file, where FILE is the longest prefix that names a file;
// :SWEEP means a sweep in `database`, the one of this command. The default is the newest sweep. The
// other database is not modified. Throws SweepFileError at the value if the sweep does not exist,
// has a different metric, or has no usable trial. `spec` and `data_json`: resolved from the data.
std::optional<WarmStart> read_warm_start(const SweepFile& file,
                                         const search::SweepSpec& spec,
                                         const std::string& data_json,
                                         const std::filesystem::path& database);

// The same for a sweep that may exist already: then returns the results that it started from,
// whatever happened to the other database since.
std::optional<WarmStart> planned_warm_start(const SweepFile& file,
                                            const search::SweepSpec& spec,
                                            const std::string& data_json,
                                            const std::filesystem::path& database);

// "warm start: 45 of 60 trials of 'old' in old.db; not used: 4 failed, 11 unfinished", then a line
// for each difference, indented. Empty without a warm start.
std::vector<std::string> warm_start_lines(const std::optional<WarmStart>& warm);
// The same as one text, every line ending with a newline.
std::string warm_start_text(const std::optional<WarmStart>& warm);

// What the database stores: the results, and the event `warm_started`, with the declared space.
std::vector<storage::EarlierRow> earlier_rows(const WarmStart& warm);
storage::EventRow warm_start_event(const WarmStart& warm, const search::Space& space);

// The results in the form that samplers take.
std::vector<search::Observation> earlier_observations(const std::vector<storage::EarlierRow>& rows);

}  // namespace hpsearch::runner

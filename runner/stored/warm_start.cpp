#include "runner/stored/warm_start.h"

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "reports/text/printable.h"
#include "runner/console/suggest.h"
#include "runner/stored/stored_spec.h"
#include "runner/stored/sweep_identity.h"
#include "runner/sweep_file/setting_default.h"
#include "storage/backend.h"
#include "storage/error.h"
#include "storage/events.h"

namespace hpsearch::runner {
namespace {

constexpr char kForm[] = "FILE or FILE:SWEEP, relative to the sweep file";

// An error to report at the value of `warm_start`.
struct Refusal {
  std::string message;
};

bool is_file(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored);
}

// The database and the sweep that the value names.
struct Source {
  std::string database;  // as written
  std::filesystem::path path;
  std::optional<std::string> sweep;  // empty: the newest
};

Source find_source(const std::string& text,
                   const std::filesystem::path& folder,
                   const std::filesystem::path& own) {
  // Longest first: file names may contain colons.
  for (std::size_t end = text.size(); end > 0; end = text.rfind(':', end - 1)) {
    if (end == std::string::npos) {
      break;
    }
    const std::string file = text.substr(0, end);
    if (is_file(folder / file)) {
      return {file, folder / file,
              end == text.size() ? std::nullopt : std::optional(text.substr(end + 1))};
    }
  }
  if (text.starts_with(':') && is_file(own)) {
    return {own.string(), own, text.substr(1)};
  }
  const std::size_t colon = text.rfind(':');
  const auto missing = colon == 0 ? own : folder / text.substr(0, colon);
  throw Refusal{fmt::format("'warm_start' names a database that does not exist, '{}'; write {}",
                            missing.lexically_normal().string(), kForm)};
}

std::string some_names(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 10;
  std::vector<std::string> shown(
      names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(kShown, names.size())));
  const std::string text = fmt::format("{}", fmt::join(shown, ", "));
  return names.size() > kShown ? fmt::format("{} and {} more", text, names.size() - kShown) : text;
}

storage::SweepRow find_sweep(storage::Queries& queries, const Source& source) {
  const auto sweep = source.sweep ? queries.sweep(*source.sweep) : queries.newest_sweep();
  if (sweep) {
    return *sweep;
  }
  const std::vector<std::string> names = queries.sweep_names();
  if (names.empty()) {
    throw Refusal{fmt::format("{} has no sweeps yet; run one first", source.database)};
  }
  const std::vector<std::string_view> known(names.begin(), names.end());
  throw Refusal{fmt::format("{} has no sweep {}{}; it has: {}", source.database,
                            in_quotes(*source.sweep), did_you_mean(*source.sweep, known),
                            some_names(names))};
}

std::vector<search::EarlierTrial> read_trials(storage::Queries& queries,
                                              const storage::SweepRow& sweep,
                                              const search::Metric& metric) {
  std::vector<search::EarlierTrial> trials;
  queries.for_each_trial(sweep.sweep_id, [&](const storage::TrialRow& row) {
    search::EarlierTrial trial;
    trial.result = {row.number,
                    row.stage,
                    row.state,
                    search::parse_params_json(row.params_json),
                    row.value ? std::optional(metric.score(*row.value)) : std::nullopt,
                    row.epochs_done};
    trial.epochs = row.epochs;
    trial.set_aside = row.reason == "beyond_stop";
    trial.violation = row.violation;
    trials.push_back(std::move(trial));
  });
  return trials;
}

// "60 with dropout outside its range here, 4 unfinished"
std::string unused_text(const search::EarlierResults& results) {
  std::vector<std::string> parts;
  for (const search::EarlierResults::Unused& unused : results.unused) {
    parts.push_back(fmt::format("{} {}", unused.trials, unused.why));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

// "'old' in old.db"
std::string name_of(const std::string& sweep, const std::string& database) {
  return fmt::format("'{}' in {}", sweep, database);
}

WarmStart read(const SweepFile& file,
               const search::SweepSpec& spec,
               const std::string& data_json,
               const std::filesystem::path& database) {
  const Source source = find_source(spec.search.warm_start, file.folder, database);
  const auto queries = storage::open_queries(source.path);
  const storage::Queries::Snapshot snapshot(*queries);
  const storage::SweepRow sweep = find_sweep(*queries, source);
  const std::string name = name_of(sweep.name, source.database);
  const std::string_view goal = search::to_text(spec.metric.goal);
  if (sweep.metric != spec.metric.name || sweep.goal != goal) {
    throw Refusal{
        fmt::format("{} optimises {} ({}) and this sweep {} ({}), so its results do not apply; "
                    "write metric: {{name: {}}}, or leave 'warm_start' out",
                    name, sweep.metric, sweep.goal, spec.metric.name, goal, sweep.metric)};
  }
  const std::vector<search::EarlierTrial> trials = read_trials(*queries, sweep, spec.metric);
  WarmStart warm{source.database,
                 std::filesystem::absolute(source.path).lexically_normal(),
                 sweep.name,
                 trials.size(),
                 {}};
  if (trials.empty()) {
    throw Refusal{fmt::format("{} has no trials yet; run it first", name)};
  }
  warm.results = search::earlier_results(stored_spec(sweep), trials, spec, setting_defaults());
  if (warm.results.used.empty()) {
    throw Refusal{fmt::format(
        "none of the {} trials of {} can be used: {}; change the ranges, or leave 'warm_start' out",
        trials.size(), name, unused_text(warm.results))};
  }
  if (auto other = data_difference(sweep, file.tree, data_json); !other.empty()) {
    warm.results.differences.insert(warm.results.differences.begin(), std::move(other));
  }
  return warm;
}

// The warm start that the stored sweep of this name recorded; empty if there is none.
std::optional<WarmStart> recorded(const search::SweepSpec& spec, storage::Queries& queries) {
  const auto sweep = queries.sweep(spec.name);
  if (!sweep || stored_spec(*sweep).search.warm_start != spec.search.warm_start) {
    return std::nullopt;  // the file does not continue that sweep
  }
  const auto events = storage::events_of<storage::WarmStarted>(queries, sweep->sweep_id);
  if (events.empty()) {
    return std::nullopt;
  }
  const storage::WarmStarted& event = events.front();
  WarmStart warm{event.database, event.path, event.sweep, event.trials, {}};
  warm.results.used = earlier_observations(queries.earlier_trials(sweep->sweep_id));
  for (const storage::WarmStarted::Unused& part : event.not_used) {
    warm.results.unused.push_back({part.why, part.trials});
  }
  warm.results.differences = event.differences;
  return warm;
}

}  // namespace

std::optional<WarmStart> planned_warm_start(const SweepFile& file,
                                            const search::SweepSpec& spec,
                                            const std::string& data_json,
                                            const std::filesystem::path& database) {
  if (!spec.search.warm_start.empty() && is_file(database)) {
    try {
      const auto queries = storage::open_queries(database);
      if (auto warm = recorded(spec, *queries)) {
        return warm;
      }
    } catch (const storage::StoreError&) {
      // Not an error of the sweep file: whoever opens the database reports it.
    }
  }
  return read_warm_start(file, spec, data_json, database);
}

std::optional<WarmStart> read_warm_start(const SweepFile& file,
                                         const search::SweepSpec& spec,
                                         const std::string& data_json,
                                         const std::filesystem::path& database) {
  if (spec.search.warm_start.empty()) {
    return std::nullopt;
  }
  std::string message;
  try {
    return read(file, spec, data_json, database);
  } catch (const Refusal& refusal) {
    message = refusal.message;
  } catch (const storage::StoreError& error) {
    // Drop the remedy after "; ", which is about --db.
    const std::string_view what = error.what();
    message = fmt::format("'warm_start' names a database that cannot be read: {}; write {}",
                          what.substr(0, what.find("; ")), kForm);
  }
  refuse(file.source, {{file.tree.find("search")->find("warm_start")->position, message}});
}

std::vector<std::string> warm_start_lines(const std::optional<WarmStart>& warm) {
  if (!warm) {
    return {};
  }
  const search::EarlierResults& results = warm->results;
  std::string text = fmt::format("warm start: {} of {} trials of {}", results.used.size(),
                                 warm->trials, name_of(warm->sweep, warm->database));
  if (!results.unused.empty()) {
    text += "; not used: " + unused_text(results);
  }
  std::vector<std::string> lines{reports::printable(text)};
  for (const std::string& difference : results.differences) {
    lines.push_back("  " + reports::printable(difference));
  }
  return lines;
}

std::string warm_start_text(const std::optional<WarmStart>& warm) {
  std::string text;
  for (const std::string& line : warm_start_lines(warm)) {
    text += line + "\n";
  }
  return text;
}

std::vector<storage::EarlierRow> earlier_rows(const WarmStart& warm) {
  std::vector<storage::EarlierRow> rows;
  for (const search::Observation& result : warm.results.used) {
    rows.push_back({result, fmt::format("{}:{}", warm.database, warm.sweep)});
  }
  return rows;
}

storage::EventRow warm_start_event(const WarmStart& warm, const search::Space& space) {
  storage::WarmStarted event{warm.database,
                             warm.path.string(),
                             warm.sweep,
                             warm.trials,
                             warm.results.used.size(),
                             {},
                             warm.results.differences,
                             search::space_json(space)};
  for (const search::EarlierResults::Unused& part : warm.results.unused) {
    event.not_used.push_back({part.why, part.trials});
  }
  return event.to_row();
}

std::vector<search::Observation> earlier_observations(
    const std::vector<storage::EarlierRow>& rows) {
  std::vector<search::Observation> results;
  for (const storage::EarlierRow& row : rows) {
    results.push_back(row.result);
  }
  return results;
}

}  // namespace hpsearch::runner

#include "runner/stored/repeated_sweep.h"

#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "reports/text/printable.h"
#include "runner/console/usage_error.h"
#include "runner/stored/sweep_identity.h"
#include "storage/backend.h"

namespace hpsearch::runner {
namespace {

namespace fs = std::filesystem;

bool is_file(const fs::path& path) {
  std::error_code unreadable;
  return fs::is_regular_file(path, unreadable);
}

bool exists(const fs::path& path) {
  std::error_code unreadable;
  return fs::exists(path, unreadable);
}

RepeatedSweep find_in(const fs::path& database, const std::optional<std::string>& name) {
  const auto queries = storage::open_queries(database);
  const auto sweep = name ? queries->sweep(*name) : queries->newest_sweep();
  if (sweep) {
    return {database, *sweep};
  }
  const auto names = queries->sweep_names();
  throw UsageError(reports::printable(
      names.empty() ? fmt::format("{}: has no sweeps yet", database.string())
                    : fmt::format("{}: has no sweep '{}'; it has: {}", database.string(),
                                  name.value_or(""), fmt::join(names, ", "))));
}

// What relative paths of the stored file counted from; empty if it has none or they cannot be told.
fs::path folder_then(const storage::SweepRow& row) {
  const YamlNode tree = stored_config(row);
  const YamlNode* dataset = tree.find("dataset");
  const YamlNode* source = dataset == nullptr ? nullptr : dataset->find("source");
  if (source == nullptr || source->text.empty() || fs::path(source->text).is_absolute()) {
    return {};
  }
  const std::string stored = data_file(row, "source", source->text).value_or(data_folder(row));
  const std::string ending = "/" + source->text;
  return stored.ends_with(ending) && exists(stored)
             ? fs::path(stored.substr(0, stored.size() - ending.size() + 1))
             : fs::path();
}

}  // namespace

RepeatedSweep find_repeated(const std::string& text, const fs::path& database) {
  // Longest first: file names may contain colons.
  for (std::size_t end = text.size(); end > 0 && end != std::string::npos;
       end = text.rfind(':', end - 1)) {
    if (const std::string file = text.substr(0, end); is_file(file)) {
      return find_in(file, end == text.size() ? std::nullopt : std::optional(text.substr(end + 1)));
    }
  }
  if (!is_file(database)) {
    throw UsageError(
        fmt::format("--from-db: there is neither a file '{}' nor a database {} with a sweep of "
                    "that name; write "
                    "--from-db FILE, --from-db FILE:SWEEP, or --from-db SWEEP with --db",
                    text, database.string()));
  }
  return find_in(database, text);
}

SweepFile repeated_file(const RepeatedSweep& repeated, const std::vector<YamlEdit>& edits) {
  const storage::SweepRow& row = repeated.row;
  const fs::path then = folder_then(row);
  const std::string place = fmt::format("sweep '{}' in {}", row.name, repeated.database.string());
  SweepFile file = load_sweep_text({place, row.config_yaml}, row.name.substr(0, row.name.find('~')),
                                   then.empty() ? fs::current_path() : then, edits);
  file.spec.on_finish.clear();
  return file;
}

void require_same_data(const RepeatedSweep& repeated,
                       const YamlNode& tree,
                       const std::string& data_json) {
  const std::string difference = data_difference(repeated.row, tree, data_json);
  if (!difference.empty()) {
    throw UsageError(
        fmt::format("sweep '{}' of {} cannot be repeated with this data: {}; get the data that it "
                    "was run with, or write its place with --set dataset.source=PATH",
                    repeated.row.name, repeated.database.string(), difference));
  }
}

}  // namespace hpsearch::runner

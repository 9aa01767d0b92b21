// A sweep for a table: what `init --data` and `run TABLE` write.
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runner/commands/command.h"
#include "runner/console/line_printer.h"

namespace hpsearch::runner {

// The words of --task.
inline constexpr std::array<std::string_view, 3> kTasks{"classification", "binary", "regression"};

// --target, --task and --drop.
struct TableWishes {
  std::optional<std::string> target;
  std::optional<std::string> task;
  std::vector<std::string> drop;

  bool empty() const { return !target && !task && drop.empty(); }
};

void add_table_options(boost::program_options::options_description& options);
// Throws UsageError for an unknown task.
TableWishes table_wishes(const Invocation& invocation);

// Does the name look like one of a table rather than of a sweep file: t.csv, t.csv.gz, t.xlsx?
bool names_a_table(const std::string& path);

// Hidden where a run follows, which shows them.
enum class Notes { kShown, kHidden };

// Reads the table as a sweep of `sweep_path` would, prints what each of its columns is, and returns
// the text of that sweep. `edits` are those of --set; it writes the ones under `dataset`. Throws
// nn::DataError and SweepFileError.
std::string sweep_for_table(const std::string& table,
                            const std::string& sweep_path,
                            const TableWishes& wishes,
                            const std::vector<YamlEdit>& edits,
                            Notes notes,
                            LinePrinter& printer);

// The sweep file beside a table, t.yaml for t.csv.gz: writes it, or finds the one that an earlier
// call wrote. Throws UsageError where the name belongs to another file, or where the file differs
// from `wishes`.
std::string sweep_beside_table(const std::string& table,
                               const TableWishes& wishes,
                               const std::vector<YamlEdit>& edits,
                               LinePrinter& printer);

}  // namespace hpsearch::runner

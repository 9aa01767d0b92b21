#include "runner/commands/export_database.h"

#include <filesystem>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include "reports/text/printable.h"
#include "runner/commands/choose_sweep.h"
#include "runner/commands/export_target.h"
#include "runner/console/exit_code.h"
#include "runner/console/line_printer.h"
#include "runner/console/usage_error.h"
#include "runner/merge/merge_plan.h"
#include "runner/merge/new_database.h"
#include "runner/merge/write_merge.h"
#include "runner/stored/stored_spec.h"
#include "storage/sweep_copy.h"

namespace hpsearch::runner {

int export_database(const Invocation& invocation) {
  for (const char* option : {"format", "out", "epochs", "force", "trial", "model"}) {
    if (invocation.options.count(option) > 0 && !invocation.options[option].defaulted()) {
      throw UsageError(
          fmt::format("--db-copy writes a database with the whole sweep to a new file; leave --{} "
                      "out",
                      option));
    }
  }
  const std::filesystem::path target = invocation.options["db-copy"].as<std::string>();
  if (!target.has_filename()) {
    throw UsageError("--db-copy needs a file name");
  }
  const MergeSource source(invocation.database);
  const storage::SweepRow sweep = choose_sweep(source.queries(), invocation);
  require_target(target, TargetKind::kFile, nn::Existing::kKept, invocation.database, {}, nullptr,
                 {"--db-copy", false});
  LinePrinter printer(stderr);
  storage::CopyWishes wishes{sweep.name, stored_spec(sweep).space};
  wishes.place_artifact = [&](std::int64_t copy, std::int64_t, const auto& artifact) {
    return copy_artifact(source.path(), artifact, target, copy, printer);
  };
  NewDatabase database(target);
  std::size_t trials = 0;
  row_target(database.store()).import([&](storage::RowWriter& writer) {
    trials = copy_sweep(source.queries(), sweep, writer, wishes).trials;
  });
  database.finish();
  printer.line(fmt::format("wrote {}: sweep '{}' with {} trial{}",
                           reports::printable(target.string()), sweep.name, trials,
                           trials == 1 ? "" : "s"));
  return kExitDone;
}

}  // namespace hpsearch::runner

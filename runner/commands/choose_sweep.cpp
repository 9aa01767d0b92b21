#include "runner/commands/choose_sweep.h"

#include <boost/program_options.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "reports/text/printable.h"
#include "runner/console/limits.h"
#include "runner/console/shell_word.h"
#include "runner/console/usage_error.h"

namespace hpsearch::runner {

void refuse_empty(const Invocation& invocation) {
  throw UsageError(
      fmt::format("{}: has no sweeps yet; run one first", invocation.database.string()));
}

storage::SweepRow choose_sweep(storage::Queries& queries, const Invocation& invocation) {
  const auto sweep = invocation.sweep ? queries.sweep(*invocation.sweep) : queries.newest_sweep();
  if (sweep) {
    return *sweep;
  }
  const auto names = queries.sweep_names();
  if (names.empty()) {
    refuse_empty(invocation);
  }
  throw UsageError(reports::printable(fmt::format("{}: has no sweep '{}'; it has: {}",
                                                  invocation.database.string(), *invocation.sweep,
                                                  fmt::join(names, ", "))));
}

void require_runnable(const storage::SweepRow& sweep) {
  if (sweep.name.find('~') != std::string::npos) {
    throw UsageError(fmt::format(
        "sweep '{}' was set aside by run --fresh and cannot run again; choose another with --sweep",
        sweep.name));
  }
}

std::string run_command_text(const Invocation& invocation) {
  const std::string run = shell_word(invocation.program) + " run FILE";
  return invocation.options.count("db") > 0
             ? fmt::format("{} --db {}", run, shell_word(invocation.database.string()))
             : run;
}

std::uint64_t trial_number(const std::string& text) {
  const auto number = whole_number(text, 0, kMaxTrials);
  if (!number) {
    throw UsageError(
        fmt::format("expected the number of a trial, such as 0 or 12; found '{}'", text));
  }
  return static_cast<std::uint64_t>(*number);
}

std::string no_such_trial(storage::Queries& queries,
                          const storage::SweepRow& sweep,
                          std::uint64_t number) {
  const auto numbers = queries.trial_numbers(sweep.sweep_id);
  return numbers ? fmt::format("sweep '{}' has no trial {}; it has trials {} to {}", sweep.name,
                               number, numbers->first, numbers->second)
                 : fmt::format("sweep '{}' has no trials yet", sweep.name);
}

}  // namespace hpsearch::runner

#include "runner/commands/choose_sweep.h"

#include <algorithm>
#include <utility>

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

storage::SweepRow choose_operand(storage::Queries& queries, const Invocation& invocation) {
  Invocation chosen = invocation;
  if (!invocation.operands.empty()) {
    if (invocation.sweep) {
      throw UsageError("the sweep is named twice; leave --sweep out");
    }
    chosen.sweep = invocation.operands.front();
  }
  return choose_sweep(queries, chosen);
}

std::vector<storage::SweepRow> named_sweeps(storage::Queries& queries,
                                            const Invocation& invocation) {
  std::vector<std::string> names = invocation.operands;
  if (invocation.sweep) {
    names.push_back(*invocation.sweep);
  }
  if (names.empty()) {
    throw UsageError(reports::printable(
        fmt::format("this command needs the names of sweeps; {} has: {}",
                    invocation.database.string(), fmt::join(queries.sweep_names(), ", "))));
  }
  std::vector<storage::SweepRow> sweeps;
  for (const std::string& name : names) {
    Invocation one = invocation;
    one.sweep = name;
    storage::SweepRow sweep = choose_sweep(queries, one);
    const bool known = std::any_of(sweeps.begin(), sweeps.end(), [&](const auto& other) {
      return other.sweep_id == sweep.sweep_id;
    });
    if (!known) {
      sweeps.push_back(std::move(sweep));
    }
  }
  return sweeps;
}

std::optional<std::uint64_t> remarked_trial(storage::Queries& queries,
                                            const storage::SweepRow& sweep,
                                            const Invocation& invocation) {
  if (invocation.options.count("trial") == 0) {
    return std::nullopt;
  }
  const auto text = invocation.options["trial"].as<std::string>();
  if (text == "best") {
    if (const auto best = queries.best(sweep.name)) {
      return best->trial;
    }
    throw UsageError(fmt::format("sweep '{}' has no complete trial yet", sweep.name));
  }
  const std::uint64_t number = trial_number(text);
  if (!queries.trial(sweep.sweep_id, number)) {
    throw UsageError(no_such_trial(queries, sweep, number));
  }
  return number;
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

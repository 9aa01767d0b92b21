// Finds the sweep and the trials that a command is about.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runner/commands/command.h"
#include "storage/queries.h"

namespace hpsearch::runner {

// The sweep that --sweep names, else the newest. Throws UsageError, listing the existing names, if
// there is none.
storage::SweepRow choose_sweep(storage::Queries& queries, const Invocation& invocation);

// The same, where the one argument may name the sweep in place of --sweep.
storage::SweepRow choose_operand(storage::Queries& queries, const Invocation& invocation);

// The sweeps that the arguments and --sweep name, each once. Throws UsageError if there are none,
// or if one does not exist: what changes a sweep as a whole never takes just the newest.
std::vector<storage::SweepRow> named_sweeps(storage::Queries& queries,
                                            const Invocation& invocation);

// The number of the trial that --trial names, "best" being the best one; empty without the option.
// Throws UsageError if the sweep does not have it.
std::optional<std::uint64_t> remarked_trial(storage::Queries& queries,
                                            const storage::SweepRow& sweep,
                                            const Invocation& invocation);

// Parses a trial number. Throws UsageError for anything else.
std::uint64_t trial_number(const std::string& text);

// The error message for a trial that does not exist, with the range of those that do.
std::string no_such_trial(storage::Queries& queries,
                          const storage::SweepRow& sweep,
                          std::uint64_t number);

// Throws UsageError for a sweep that --fresh has set aside, since no run trains its trials.
void require_runnable(const storage::SweepRow& sweep);

// "hpsearch run FILE --db x.db": the command that runs the sweep in this command's database. FILE
// is literal, because the database does not store where the sweep file is.
std::string run_command_text(const Invocation& invocation);

// Throws the UsageError for a database without sweeps.
[[noreturn]] void refuse_empty(const Invocation& invocation);

}  // namespace hpsearch::runner

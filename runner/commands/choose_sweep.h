// The sweep that a command is about.
#pragma once

#include <cstdint>
#include <string>

#include "runner/commands/command.h"
#include "storage/queries.h"

namespace hpsearch::runner {

// The one that --sweep names, else the newest. Throws UsageError if there is none, with the names
// that there are.
storage::SweepRow choose_sweep(storage::Queries& queries, const Invocation& invocation);

// A trial's number from an operand. Throws UsageError for anything else.
std::uint64_t trial_number(const std::string& text);

// The message for a number that no trial has, with the numbers that there are.
std::string no_such_trial(storage::Queries& queries,
                          const storage::SweepRow& sweep,
                          std::uint64_t number);

// Throws UsageError for a sweep that --fresh has set aside: no run will train its trials.
void require_runnable(const storage::SweepRow& sweep);

// "hpsearch run FILE --db x.db": what runs the sweep with the database of this command. The
// database does not know the sweep's file.
std::string run_command_text(const Invocation& invocation);

// The error of a database without any sweep.
[[noreturn]] void refuse_empty(const Invocation& invocation);

}  // namespace hpsearch::runner

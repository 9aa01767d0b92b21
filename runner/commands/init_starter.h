// `init --slurm`, `--kubernetes` and `--ssh`: files that start workers on many machines.
#pragma once

#include <string>
#include <string_view>

#include "runner/commands/command.h"

namespace hpsearch::runner {

struct Starter {
  std::string_view option;   // of `init`
  std::string_view meaning;  // in its help
  std::string_view file;     // that is written unless another is named
  std::string_view start;    // the command that starts the workers, up to the file's name
  std::string_view text;     // with @FILE@ for the file's name
};

void add_starter_options(boost::program_options::options_description& options);

// The starter that the command line asks for; null if none. Throws UsageError for two of them, or
// one with what belongs to a sweep file.
const Starter* asked_starter(const Invocation& invocation);

// Writes it to the file that the command line names, and says what to do with it. An existing file
// is left alone: UsageError. Returns the exit code.
int write_starter(const Starter& starter, const Invocation& invocation);

}  // namespace hpsearch::runner

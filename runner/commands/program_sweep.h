// A sweep over a program that the command line describes: what `run -p ... -- PROGRAM` writes.
#pragma once

#include <string>

#include "runner/commands/command.h"
#include "runner/console/line_printer.h"

namespace hpsearch::runner {

// --param and --metric.
void add_program_options(boost::program_options::options_description& options);

// True if any of them is given: then the operands are the program's words.
bool describes_program(const Invocation& invocation);

// The text of the sweep file. A parameter is NAME=LOW..HIGH (with :log for a log scale), NAME=A,B,C
// or NAME=VALUE; the metric NAME, NAME:min or NAME:max; {args} and W&B's other macros in braces are
// words of the command. Throws UsageError.
std::string program_sweep_text(const std::vector<std::string>& parameters,
                               const std::optional<std::string>& metric,
                               const std::vector<std::string>& words);

// Writes that file in the working directory, under the program's name, or finds the one that the
// same command wrote before. Throws UsageError where the name belongs to another file.
std::string program_sweep_file(const Invocation& invocation, LinePrinter& printer);

}  // namespace hpsearch::runner

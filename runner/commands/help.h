// --help: the options of every command, and what is printed about all commands or one.
#pragma once

#include <string>

#include <boost/program_options/options_description.hpp>

#include "runner/commands/command.h"

namespace hpsearch::runner {

// --db, --sweep, --version, --help.
boost::program_options::options_description global_options();

// Those of one command alone.
boost::program_options::options_description options_of(const Command& command);

// What one needs first, then every command under its heading.
std::string help_text();

// One command: its line, what it does, its options, examples, exit codes.
std::string help_text(const Command& command);

}  // namespace hpsearch::runner

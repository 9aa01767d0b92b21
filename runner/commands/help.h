// The options of the command line and the texts of --help.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <boost/program_options/options_description.hpp>

#include "runner/commands/command.h"

namespace hpsearch::runner {

// The options of every command: --db, --color, --no-pager, --version, --licenses, --help.
boost::program_options::options_description global_options();

// The options of this command only, with --sweep if it takes one.
boost::program_options::options_description options_of(const Command& command);

// What a call without any argument prints: ten lines that lead on.
std::string first_steps();

// What the program is for, and how to start.
std::string introduction();

// The headings of commands, in the order in which a newcomer needs them.
std::span<const std::string_view> help_groups();

// The overview: how to start, then every command under its heading, then the options.
std::string help_text();

// The help of one command: usage, description, examples, exit codes and options.
std::string help_text(const Command& command);

}  // namespace hpsearch::runner

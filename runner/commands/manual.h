// Manual pages of the command line.
#pragma once

#include <string>

#include "runner/commands/command.h"
#include "runner/reference/manual_page.h"

namespace hpsearch::runner {

// hpsearch(1).
std::string program_manual(const Release& release);

// hpsearch-VERB(1), from the texts of VERB --help.
std::string command_manual(const Command& command, const Release& release);

}  // namespace hpsearch::runner

// `hpsearch server`.
#pragma once

#include "runner/commands/command.h"

namespace hpsearch::runner {

void add_server_options(boost::program_options::options_description& options);
int server_command(const Invocation& invocation);
extern const char kServerHelp[];

}  // namespace hpsearch::runner

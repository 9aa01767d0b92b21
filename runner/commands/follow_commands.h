// The verbs that follow a run from another terminal: watch and wait.
#pragma once

#include "runner/commands/command.h"

namespace hpsearch::runner {

int watch_command(const Invocation& invocation);
extern const char kWatchHelp[];

int wait_command(const Invocation& invocation);
extern const char kWaitHelp[];

}  // namespace hpsearch::runner

// `hpsearch merge`.
#pragma once

#include "runner/commands/command.h"

namespace hpsearch::runner {

void add_merge_options(boost::program_options::options_description& options);
int merge_command(const Invocation& invocation);
extern const char kMergeHelp[];

}  // namespace hpsearch::runner

// `export --db-copy`: a sweep as a database of its own.
#pragma once

#include "runner/commands/command.h"

namespace hpsearch::runner {

// Throws UsageError if --db-copy comes with options of other exports, or its name is taken;
// StoreError, and std::runtime_error where the file cannot be written.
int export_database(const Invocation& invocation);

}  // namespace hpsearch::runner

// `hpsearch schema`.
#pragma once

#include "runner/commands/command.h"

namespace hpsearch::runner {

int schema_command(const Invocation& invocation);
extern const char kSchemaHelp[];

}  // namespace hpsearch::runner

#include "runner/commands/schema.h"

#include <fmt/format.h>

#include "runner/console/exit_code.h"
#include "runner/reference/json_schema.h"

namespace hpsearch::runner {

const char kSchemaHelp[] =
    R"(Prints the JSON Schema (draft 7) of sweep files. Editors complete and check keys with it as you
type; `hpsearch check` finds more, such as what the data shows. `hpsearch init` writes the line that
names the installed schema to editors. For a file without that line:

Examples
  hpsearch schema > sweep.schema.json
  sed -i '1i # yaml-language-server: $schema=sweep.schema.json' sweep.yaml

Exit codes: 0 done, 2 error in the command line.
)";

int schema_command(const Invocation&) {
  fmt::print("{}", sweep_schema());
  return kExitDone;
}

}  // namespace hpsearch::runner

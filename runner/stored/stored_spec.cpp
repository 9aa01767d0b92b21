#include "runner/stored/stored_spec.h"

#include <string>

#include <fmt/format.h>

#include "nn/data/builtin_datasets.h"
#include "runner/stored/sweep_identity.h"
#include "runner/sweep_file/program_reader.h"
#include "runner/sweep_file/sweep_file.h"
#include "runner/yaml/yaml_edit.h"
#include "runner/yaml/yaml_emit.h"
#include "storage/error.h"

namespace hpsearch::runner {

search::SweepSpec stored_spec(const storage::SweepRow& sweep) {
  YamlNode tree = stored_config(sweep);
  // The data is not read again and may have moved, so put a built-in data set in its place.
  if (!names_program(tree)) {
    erase_key(tree, "dataset");
    set_key(child_map(tree, "dataset"), "source",
            yaml_scalar(std::string(nn::kBuiltinDatasets.front().name)));
  }
  // A sweep that --fresh has set aside has a name that no file may use.
  erase_key(tree, "name");
  std::vector<Diagnostic> diagnostics;
  auto spec = read_sweep(tree, "stored", {}, diagnostics);
  if (!spec) {
    throw storage::StoreError(
        fmt::format("the stored configuration of sweep '{}' cannot be read: {}", sweep.name,
                    diagnostics.empty() ? "" : diagnostics.front().message));
  }
  spec->name = sweep.name;
  return *std::move(spec);
}

}  // namespace hpsearch::runner

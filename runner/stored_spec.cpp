#include "runner/stored_spec.h"

#include <fmt/format.h>

#include "nn/builtin_datasets.h"
#include "runner/sweep_file.h"
#include "runner/sweep_identity.h"
#include "runner/yaml_emit.h"
#include "storage/error.h"

namespace hpsearch::runner {

search::SweepSpec stored_spec(const storage::SweepRow& sweep) {
  YamlNode tree = stored_config(sweep);
  // Where the sweep file lay is not known; where its data lay is.
  YamlNode* dataset = tree.find("dataset");
  YamlNode* source = dataset == nullptr ? nullptr : dataset->find("source");
  const std::string folder = data_folder(sweep);
  if (source != nullptr && !folder.empty() && !nn::find_builtin(source->text)) {
    *source = yaml_scalar(folder);
  }
  std::vector<Diagnostic> diagnostics;
  auto spec = read_sweep(tree, sweep.name, {}, diagnostics);
  if (!spec) {
    throw storage::StoreError(
        fmt::format("the stored configuration of sweep '{}' cannot be read: {}", sweep.name,
                    diagnostics.empty() ? "" : diagnostics.front().message));
  }
  return *std::move(spec);
}

}  // namespace hpsearch::runner

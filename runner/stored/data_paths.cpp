#include "runner/stored/data_paths.h"

#include "nn/data/builtin_datasets.h"
#include "runner/stored/sweep_identity.h"
#include "runner/yaml/yaml_edit.h"
#include "runner/yaml/yaml_emit.h"

namespace hpsearch::runner {

void name_data_files(const storage::SweepRow& sweep, YamlNode& tree) {
  YamlNode& dataset = child_map(tree, "dataset");
  const YamlNode* source = dataset.find("source");
  if (source != nullptr && !nn::find_builtin(source->text)) {
    set_key(dataset, "source",
            yaml_scalar(data_file(sweep, "source", source->text).value_or(data_folder(sweep))));
  }
  for (const char* key : {"validation", "test"}) {
    const YamlNode* part = dataset.find(key);
    if (part != nullptr && part->kind == YamlNode::Kind::kScalar) {
      if (const auto file = data_file(sweep, key, part->text)) {
        set_key(dataset, key, yaml_scalar(*file));
      }
    }
  }
  if (dataset.find("split_seed") == nullptr) {
    set_key(dataset, "split_seed", yaml_scalar(std::int64_t{0}));
  }
}

}  // namespace hpsearch::runner

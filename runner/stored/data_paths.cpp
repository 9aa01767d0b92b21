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

void make_paths_absolute(YamlNode& tree, const std::filesystem::path& folder) {
  const auto exists = [&](const std::string& text) {
    std::error_code ignored;
    return !text.empty() && std::filesystem::path(text).is_relative() &&
           std::filesystem::exists(folder / text, ignored);
  };
  const auto absolute = [&](YamlNode& map, const char* key, std::size_t length) {
    const std::string text = map.find(key)->text;
    const auto path = (folder / text.substr(0, length)).lexically_normal();
    set_key(map, key, yaml_scalar(path.string() + text.substr(length)));
  };
  if (YamlNode* dataset = tree.find("dataset"); dataset != nullptr) {
    for (const char* key : {"source", "validation", "test"}) {
      const YamlNode* value = dataset->find(key);
      if (value != nullptr && value->kind == YamlNode::Kind::kScalar &&
          !nn::find_builtin(value->text) && exists(value->text)) {
        absolute(*dataset, key, value->text.size());
      }
    }
  }
  if (YamlNode* search = tree.find("search"); search != nullptr) {
    const YamlNode* start = search->find("warm_start");
    if (start != nullptr && start->kind == YamlNode::Kind::kScalar) {
      const std::size_t colon = start->text.rfind(':');  // FILE or FILE:SWEEP
      if (exists(start->text)) {
        absolute(*search, "warm_start", start->text.size());
      } else if (colon != std::string::npos && exists(start->text.substr(0, colon))) {
        absolute(*search, "warm_start", colon);
      }
    }
  }
}

}  // namespace hpsearch::runner

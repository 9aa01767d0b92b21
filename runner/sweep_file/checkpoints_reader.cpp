#include "runner/sweep_file/checkpoints_reader.h"

#include "runner/sweep_file/key_tables.h"

namespace hpsearch::runner {

std::optional<search::CheckpointSpec> read_checkpoints(MapReader& top,
                                                       std::vector<Diagnostic>& diagnostics) {
  const YamlNode* node = top.map("checkpoints");
  if (node == nullptr) {
    return std::nullopt;
  }
  MapReader map(*node, "checkpoints", diagnostics, checkpoints_keys());
  search::CheckpointSpec spec;
  if (const auto every = map.integer("every")) {
    spec.every = static_cast<int>(*every);
  }
  if (const auto keep = map.integer("keep")) {
    spec.keep = static_cast<int>(*keep);
  }
  map.finish();
  return spec;
}

void refuse_checkpoints(MapReader& top) {
  if (top.take("checkpoints") != nullptr) {
    top.error(
        "checkpoints",
        "'checkpoints' saves the state of hpsearch's own networks; a program must save its own "
        "in its folder, so leave the key out");
  }
}

}  // namespace hpsearch::runner

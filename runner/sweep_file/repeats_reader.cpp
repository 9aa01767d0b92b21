#include "runner/sweep_file/repeats_reader.h"

#include "runner/sweep_file/key_tables.h"
#include "runner/yaml/yaml_tree.h"

namespace hpsearch::runner {
namespace {

constexpr int kSeeds = 3;
constexpr int kTop = 3;

}  // namespace

search::RepeatsSpec read_repeats(MapReader& top,
                                 const search::SweepSpec& spec,
                                 bool has_metric,
                                 std::vector<Diagnostic>& diagnostics) {
  const YamlNode* node = top.map("repeats");
  if (node == nullptr) {
    return {};
  }
  MapReader repeats(*node, "repeats", diagnostics, repeats_keys());
  const search::RepeatsSpec read{static_cast<int>(repeats.integer("seeds").value_or(kSeeds)),
                                 static_cast<int>(repeats.integer("top").value_or(kTop))};
  repeats.finish();
  if (!has_metric) {
    top.error("repeats",
              "'repeats' trains the best trials again, and without a metric none is better than "
              "another; name the metric, or leave 'repeats' out");
  } else if (spec.dataset.folds > 0) {
    top.error("repeats",
              "'dataset.folds' trains every trial several times already, each time on other rows; "
              "leave 'repeats' out, or 'folds'");
  } else if (spec.ensemble.folds > 0 || spec.ensemble.trials > 0) {
    top.error("repeats",
              "'repeats' finds the one best trial, and 'ensemble' makes one model of several "
              "networks; leave one of them out");
  }
  return read;
}

}  // namespace hpsearch::runner

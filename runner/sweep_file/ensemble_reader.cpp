#include "runner/sweep_file/ensemble_reader.h"

#include <fmt/format.h>

#include "runner/sweep_file/key_tables.h"

namespace hpsearch::runner {

search::EnsembleSpec read_ensemble(MapReader& top,
                                   int folds,
                                   std::vector<Diagnostic>& diagnostics) {
  search::EnsembleSpec spec;
  const YamlNode* node = top.map("ensemble");
  if (node == nullptr) {
    return spec;
  }
  MapReader ensemble(*node, "ensemble", diagnostics, ensemble_keys());
  if (const auto number = ensemble.integer("folds")) {
    spec.folds = static_cast<int>(*number);
    if (folds > 0 && spec.folds != folds) {
      ensemble.error("folds", fmt::format("with 'dataset.folds: {0}' the ensemble is made of those "
                                          "{0}; leave 'folds' out here, or write {0}",
                                          folds));
    }
  }
  if (const auto number = ensemble.integer("trials")) {
    spec.trials = static_cast<int>(*number);
  }
  const auto steps = ensemble.integer("steps");
  if (steps) {
    spec.steps = static_cast<int>(*steps);
  }
  spec.refit = ensemble.boolean("refit").value_or(false);
  if (ensemble.has("folds") && ensemble.has("trials")) {
    ensemble.error("trials",
                   folds > 0 ? "with 'dataset.folds' each trial's folds belong to it; leave "
                               "'folds' out here"
                             : "'folds' and 'trials' are two kinds of ensemble; keep one of them, "
                               "or write 'folds' in 'dataset' and 'trials' here");
  } else if (!ensemble.has("folds") && !ensemble.has("trials") && folds == 0) {
    top.error("ensemble",
              "'ensemble' needs 'folds' (networks with the best trial's settings, one a fold) or "
              "'trials' (a choice among the best trials); write ensemble: {folds: 5}");
  }
  if (steps && !ensemble.has("trials")) {
    ensemble.error("steps", "'steps' goes with 'trials'; leave it out");
  }
  ensemble.finish();
  return spec;
}

}  // namespace hpsearch::runner

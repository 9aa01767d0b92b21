#include "search/pruners/pruner.h"

#include "search/pruners/hyperband_pruner.h"

namespace hpsearch::search {

std::unique_ptr<Pruner> make_pruner(const SweepSpec& spec) {
  return spec.early_terminate
             ? std::make_unique<HyperbandPruner>(*spec.early_terminate, spec.metric)
             : nullptr;
}

}  // namespace hpsearch::search

#include "runner/load_data.h"

#include <memory>

#include "runner/data_checks.h"

namespace hpsearch::runner {

LoadedSweep load_data(const SweepFile& file) {
  auto dataset = std::make_shared<const nn::Dataset>(nn::load_dataset(file.spec.dataset.source));
  LoadedSweep loaded{resolve(file, *dataset), {}};
  const nn::DataSpec& how = loaded.spec.dataset;
  loaded.data = nn::prepare(std::move(dataset), how.split, how.preprocess, how.standardize_target);
  check_validation(file, loaded.spec, loaded.data);
  return loaded;
}

}  // namespace hpsearch::runner

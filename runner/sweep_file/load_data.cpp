#include "runner/sweep_file/load_data.h"

#include <memory>
#include <string>
#include <utility>

#include "runner/sweep_file/data_checks.h"

namespace hpsearch::runner {

LoadedSweep load_data(const SweepFile& file) {
  auto dataset = std::make_shared<nn::Dataset>(nn::load_dataset(file.spec.dataset.source));
  LoadedSweep loaded{resolve(file, *dataset), {}};
  const nn::DataSpec& how = loaded.spec.dataset;
  nn::Split split = nn::split_rows(*dataset, how.split);
  for (std::string& note : nn::split_notes(*dataset, split)) {
    dataset->notes.push_back(std::move(note));  // before anyone else has seen the data set
  }
  loaded.data = nn::prepare_split(std::move(dataset), std::move(split), how.preprocess,
                                  how.standardize_target, how.whiten_epsilon);
  check_validation(file, loaded.spec, loaded.data);
  return loaded;
}

}  // namespace hpsearch::runner

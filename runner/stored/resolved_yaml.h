// Writes a sweep file with all defaults filled in.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "nn/data/training_data.h"
#include "runner/sweep_file/sweep_file.h"

namespace hpsearch::runner {

// The file's tree in its own order, with missing keys appended to each map. Reading the result
// gives a sweep with the same trials and results. `spec`: resolved from the data by load_data().
// `paths`: the folder that the file's relative paths count from, to make them absolute for a file
// in another one; empty: they stay as they are.
std::string resolved_yaml(const SweepFile& file,
                          const search::SweepSpec& spec,
                          const nn::TrainingData& data,
                          const std::optional<std::filesystem::path>& paths = {});

}  // namespace hpsearch::runner

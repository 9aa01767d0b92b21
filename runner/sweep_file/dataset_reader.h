// Reads the section `dataset` of a sweep file.
#pragma once

#include <filesystem>
#include <vector>

#include "nn/data/training_data.h"
#include "runner/yaml/yaml_reader.h"

namespace hpsearch::runner {

// `top`: the whole file. Relative paths begin at `folder`.
nn::DataSpec read_dataset(MapReader& top,
                          const std::filesystem::path& folder,
                          std::vector<Diagnostic>& diagnostics);

}  // namespace hpsearch::runner

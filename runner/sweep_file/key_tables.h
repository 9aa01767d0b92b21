// Every key of a sweep file but the settings (nn/settings/settings.h) and the pruners' own
// (search/pruners/pruner.h). The readers take ranges and words from these rows; the JSON Schema,
// the manual page and a test of configs/README.md go through all of them.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "runner/yaml/key_info.h"
#include "search/samplers/sampler.h"

namespace hpsearch::runner {

std::span<const KeyInfo> top_keys();
std::span<const KeyInfo> metric_keys();
std::span<const KeyInfo> stop_keys();
std::span<const KeyInfo> dataset_keys();
std::span<const KeyInfo> column_keys();  // of dataset.columns
std::span<const KeyInfo> search_keys();
std::span<const KeyInfo> stage_keys();  // of each item of search.stages
std::span<const KeyInfo> repeats_keys();
std::span<const KeyInfo> ensemble_keys();
std::span<const KeyInfo> checkpoints_keys();
std::span<const KeyInfo> parallel_keys();
std::span<const KeyInfo> fidelity_keys();
std::span<const KeyInfo> parameter_keys();  // of each entry of `parameters`

// The table that the value of a top-level key has, empty if it has none of its own.
std::span<const KeyInfo> keys_below(std::string_view top_key);

// Whether an option of `search` goes with the method.
bool goes_with(std::string_view search_key, const search::SamplerInfo& method);

// What `metric.name` may be for networks: the metrics, and other names of theirs.
std::vector<std::string_view> metric_names();

// The names of `distribution` for a setting of the trainer.
std::vector<std::string_view> network_distributions();

}  // namespace hpsearch::runner

// Reads `early_terminate` of a sweep file.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "runner/yaml/yaml_reader.h"
#include "search/sweep/early_terminate.h"

namespace hpsearch::runner {

// Reads the metric that a pruner watches: a name, or a map with `name` and `goal`.
using ReadWatched = std::function<std::optional<search::Metric>(const YamlNode& node)>;

// One of the trainer's metrics; its goal is known.
std::optional<search::Metric> read_known_metric(const YamlNode& node,
                                                std::vector<Diagnostic>& diagnostics);
// Whatever a program may report; minimised unless `goal` says otherwise.
std::optional<search::Metric> read_reported_metric(const YamlNode& node,
                                                   std::vector<Diagnostic>& diagnostics);

// The pruners of `early_terminate`: its own and those of its list `also`, with their defaults.
// Empty without the key. Those that cannot be read are left out. `folds`: of the data set, 0
// without.
search::EarlyTerminate read_early_terminate(MapReader& top,
                                            int folds,
                                            const ReadWatched& read_watched,
                                            std::vector<Diagnostic>& diagnostics);

}  // namespace hpsearch::runner

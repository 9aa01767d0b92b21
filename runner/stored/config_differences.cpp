#include "runner/stored/config_differences.h"

#include "runner/stored/sweep_identity.h"
#include "runner/yaml/yaml_diff.h"

namespace hpsearch::runner {

std::vector<reports::ConfigDifference> config_differences(const storage::SweepRow& a,
                                                          const storage::SweepRow& b) {
  std::vector<reports::ConfigDifference> config;
  for (const YamlDifference& difference : diff_yaml(stored_config(a), stored_config(b))) {
    config.push_back({difference.path, difference.before, difference.after});
  }
  return config;
}

}  // namespace hpsearch::runner

// Parameters that an edit of a sweep file has made useless.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "runner/yaml/yaml_tree.h"

namespace hpsearch::runner {

struct LeftOut {
  std::string name;  // a parameter, or "a constraint"
  std::string why;
};

// The parameters without which the tree would be valid, as no trial can use them (conditions that
// never hold, settings that the fixed ones do not take).
std::set<std::string> unneeded_parameters(const YamlNode& tree,
                                          const std::filesystem::path& folder);

// Removes them from `parameters`, but for those in `kept`, and the constraints that need one of
// them, which no trial has to satisfy. Says what was removed and why.
std::vector<LeftOut> leave_out_unneeded(YamlNode& tree,
                                        const std::filesystem::path& folder,
                                        const std::set<std::string>& kept = {});

}  // namespace hpsearch::runner

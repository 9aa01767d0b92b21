// Warns about best values at the edge of their range: "be careful with best values on border"
// (cs231n course notes).
#pragma once

#include <string>
#include <vector>

#include "storage/records.h"

namespace hpsearch::reports {

struct BorderWarning {
  std::string parameter;
  nn::Value value;
  bool upper = false;  // which edge
  std::string place;   // "at the upper edge of its range 0.0001 to 1"
  std::string remedy;  // widen, move (a normal distribution) or extend (a list)
  std::string yaml;    // the line for the sweep file; empty if only a person can tell
};

// Parameters whose best value lies within 5 % of an edge of everything that was searched, on the
// parameter's own scale; in the lowest or highest 5 % of a normal distribution; or first or last
// among at least three numbers or ordered values to choose from. Parameters that cannot go any
// further are left out. `stages` are the sweep's stages in order; their first space is the written
// one unless `written_json` is given. `params_json` belongs to the best trial.
std::vector<BorderWarning> border_warnings(const std::vector<storage::StageRow>& stages,
                                           const std::string& params_json,
                                           const std::string& written_json = "");

// "learning_rate 0.98 lies at the upper edge of its range 0.0001 to 1; widen it:", followed by the
// YAML on a line of its own, indented by two.
std::string to_text(const BorderWarning& warning);

}  // namespace hpsearch::reports

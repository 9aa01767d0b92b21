// Best values at the border of their range: "be careful with best values on the border" (cs231n).
#pragma once

#include <string>
#include <vector>

#include "storage/records.h"

namespace hpsearch::reports {

struct BorderWarning {
  std::string parameter;
  nn::Value value;
  bool upper = false;  // the edge
  std::string place;   // "at the upper edge of its range 0.0001 to 1"
  std::string remedy;  // what to do with it: widen, move, extend
  std::string yaml;    // the line of the sweep file that does so; empty where a person must say how
};

// Parameters whose best value lies within 5 % of an edge of all that was searched of it, on its own
// scale, in the lowest or highest 5 % of its normal distribution, or is the first or the last of
// three or more numbers, or ordered values, to choose from. Not where the parameter cannot go
// further. `stages`: their spaces, the written one first unless it is given (`written_json`).
std::vector<BorderWarning> border_warnings(const std::vector<storage::StageRow>& stages,
                                           const std::string& params_json,
                                           const std::string& written_json = "");

// "learning_rate 0.98 lies at the upper edge of its range 0.0001 to 1; widen it:", and on a line of
// its own, indented by two, the YAML.
std::string to_text(const BorderWarning& warning);

}  // namespace hpsearch::reports

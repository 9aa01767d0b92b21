// Best values at the border of their range: "be careful with best values on the border" (cs231n).
#pragma once

#include <string>
#include <vector>

#include "storage/records.h"

namespace hpsearch::reports {

struct BorderWarning {
  std::string parameter;
  nn::Value value;
  bool upper = false;   // the edge
  bool beyond = false;  // outside of the range: it was enqueued
  double low = 0.0;     // the range that was searched
  double high = 1.0;
  std::string yaml;  // the line of the sweep file, widened; a list by one value
};

// Parameters whose best value lies within 5 % of an edge of all that was searched of it, on its own
// scale, or is the first or the last of three or more numbers to choose from. Not where the
// parameter cannot go further. `stages`: their spaces, the written one first unless it is given
// (`written_json`).
std::vector<BorderWarning> border_warnings(const std::vector<storage::StageRow>& stages,
                                           const std::string& params_json,
                                           const std::string& written_json = "");

// "learning_rate 0.98 lies at the upper edge of its range 0.0001 to 1; widen it:", and on a line of
// its own, indented by two, the YAML.
std::string to_text(const BorderWarning& warning);

}  // namespace hpsearch::reports

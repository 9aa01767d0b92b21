// What a program reports on a line of its output.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hpsearch::runner {

struct Report {
  // Numbers by name, in the order of the line; NaN and infinities among them.
  std::vector<std::pair<std::string, double>> values;
  // The line is nothing but one number, which has no name.
  std::optional<double> bare = {};
};

// Reads
//   {"epoch": 3, "val_loss": 0.41}   a JSON object; maps inside of it join their names by dots
//   epoch=3 val_loss=0.41            nothing but name=value pairs, also with commas between them
//   0.41                             one number
// and the report of the stand-in for wandb, which may follow other text on its line. `metric`: a
// name that may have blanks before its '='. Values that are no numbers are left out; true counts as
// 1. Empty if the line is none of these.
std::optional<Report> read_report(std::string_view line, std::string_view metric);

}  // namespace hpsearch::runner

#include "nn/data/column_notes.h"

#include <cstddef>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "nn/base/utf8.h"

namespace hpsearch::nn {

std::string left_out_note(const std::vector<ColumnReport>& columns) {
  constexpr std::size_t kNamesShown = 8;
  constexpr std::string_view kLeftOut = "left out: ";
  std::vector<std::string> names;
  std::size_t count = 0;
  for (const ColumnReport& column : columns) {
    const std::string_view treatment = column.treatment;
    if (treatment.starts_with(kLeftOut) && ++count <= kNamesShown) {
      // Behind a semicolon stands how to keep it.
      const std::string_view why = treatment.substr(kLeftOut.size());
      names.push_back(fmt::format("{} ({})", in_quotes(column.name), why.substr(0, why.find(';'))));
    }
  }
  return count == 0 ? ""
                    : fmt::format("{} column{} left out: {}{}", count, count == 1 ? "" : "s",
                                  fmt::join(names, ", "), count > kNamesShown ? ", ..." : "");
}

}  // namespace hpsearch::nn

// The names in a table's rows: the valid words for a key, and suggestions for messages.
#pragma once

#include <algorithm>
#include <iterator>
#include <string_view>
#include <vector>

namespace hpsearch::runner {

template <class Table>
std::vector<std::string_view> table_names(const Table& table) {
  std::vector<std::string_view> names;
  std::transform(std::begin(table), std::end(table), std::back_inserter(names),
                 [](const auto& row) { return std::string_view(row.name); });
  return names;
}

}  // namespace hpsearch::runner

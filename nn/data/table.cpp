#include "nn/data/table.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "nn/base/utf8.h"
#include "nn/files/data_error.h"

namespace hpsearch::nn {
namespace {

constexpr std::size_t kNamesShown = 20;

std::string list_names(const std::vector<std::string>& names) {
  std::string list;
  for (std::size_t i = 0; i < std::min(names.size(), kNamesShown); ++i) {
    list += fmt::format("{}{}", i == 0 ? "" : ", ", in_quotes(names[i]));
  }
  return names.size() > kNamesShown ? list + ", ..." : list;
}

std::size_t find_column(const std::vector<std::string>& names,
                        const ColumnKey& key,
                        std::string_view role,
                        const std::string& subject) {
  if (const auto* number = std::get_if<std::uint64_t>(&key)) {
    if (*number >= names.size()) {
      throw DataError(subject,
                      fmt::format("the {} column is number {}, but the {} columns have the numbers "
                                  "0 to {}",
                                  role, *number, names.size(), names.size() - 1),
                      "write one of these, or the column's name");
    }
    return *number;
  }
  const std::string& name = std::get<std::string>(key);
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) {
    throw DataError(subject, fmt::format("there is no {} column {}", role, in_quotes(name)),
                    fmt::format("the columns are {}", list_names(names)));
  }
  return static_cast<std::size_t>(found - names.begin());
}

}  // namespace

std::vector<std::size_t> TableRoles::targets() const {
  std::vector<std::size_t> all{target};
  all.insert(all.end(), further_targets.begin(), further_targets.end());
  return all;
}

TableRoles find_roles(const std::vector<std::string>& names,
                      const DatasetSource& source,
                      const std::string& subject) {
  TableRoles roles;
  if (source.group) {
    roles.group = find_column(names, *source.group, "group", subject);
  }
  if (source.order) {
    roles.order = find_column(names, *source.order, "order", subject);
  }
  if (source.target) {
    roles.target = find_column(names, *source.target, "target", subject);
  } else {
    // The column before it may be anything: nobody chose it.
    roles.target = names.size() - 1;
    for (const auto& [column, role] : {std::pair{roles.group, "group"}, {roles.order, "order"}}) {
      if (column == roles.target) {
        throw DataError(subject,
                        fmt::format("the last column {} is the {}", in_quotes(names.back()), role),
                        "name the target");
      }
    }
  }
  for (const ColumnKey& key : source.further_targets) {
    const std::size_t column = find_column(names, key, "target", subject);
    const std::vector<std::size_t> targets = roles.targets();
    if (std::find(targets.begin(), targets.end(), column) != targets.end()) {
      throw DataError(subject, fmt::format("column {} is a target twice", in_quotes(names[column])),
                      "name each target once");
    }
    roles.further_targets.push_back(column);
  }
  for (const std::size_t target : roles.targets()) {
    for (const auto& [column, role] : {std::pair{roles.group, "group"}, {roles.order, "order"}}) {
      if (column == target) {
        throw DataError(
            subject, fmt::format("column {} is both target and {}", in_quotes(names[target]), role),
            "give each a column of its own");
      }
    }
  }
  return roles;
}

}  // namespace hpsearch::nn

#include "nn/data/table.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "nn/base/utf8.h"
#include "nn/files/data_error.h"
#include "nn/files/missing_words.h"
#include "nn/files/number_style.h"

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

// How many letters to change, add, drop or swap with their neighbour between two names, case apart.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> edits(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  const auto same = [&](std::size_t i, std::size_t j) {
    return lower_ascii(a[i - 1]) == lower_ascii(b[j - 1]);
  };
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        edits[i][j] = i + j;
        continue;
      }
      const std::size_t changed = edits[i - 1][j - 1] + (same(i, j) ? 0U : 1U);
      edits[i][j] = std::min({changed, edits[i - 1][j] + 1, edits[i][j - 1] + 1});
      if (i > 1 && j > 1 && same(i, j - 1) && same(i - 1, j)) {
        edits[i][j] = std::min(edits[i][j], edits[i - 2][j - 2] + 1);
      }
    }
  }
  return edits[a.size()][b.size()];
}

// "; did you mean 'age'?" where a name is near, else a list of them all.
std::string suggestion(const std::vector<std::string>& names, std::string_view wrong) {
  const auto nearest = std::min_element(
      names.begin(), names.end(),
      [&](const auto& a, const auto& b) { return distance(a, wrong) < distance(b, wrong); });
  const std::size_t edits = nearest == names.end() ? wrong.size() : distance(*nearest, wrong);
  if (edits <= std::max<std::size_t>(1, wrong.size() / 3) && edits < wrong.size()) {
    return fmt::format("did you mean {}? The columns are {}", in_quotes(*nearest),
                       list_names(names));
  }
  return fmt::format("the columns are {}", list_names(names));
}

// "the target is", "`drop` lists"
std::string wanted_by(std::string_view role) {
  const bool key = role == "target" || role == "group" || role == "order";
  return key ? fmt::format("the {} is", role) : fmt::format("`{}` lists", role);
}

std::size_t find_column(const std::vector<std::string>& names,
                        const ColumnKey& key,
                        std::string_view role,
                        const std::string& subject) {
  if (const auto* number = std::get_if<std::uint64_t>(&key)) {
    if (*number >= names.size()) {
      throw UnknownColumn(
          subject,
          fmt::format("{} column number {}, but the columns have the numbers 0 to {}",
                      wanted_by(role), *number, names.size() - 1),
          "write one of these, or the column's name", std::string(role), std::to_string(*number));
    }
    return *number;
  }
  const std::string& name = std::get<std::string>(key);
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) {
    throw UnknownColumn(subject,
                        fmt::format("{} column {}, but there is none of that name", wanted_by(role),
                                    in_quotes(name)),
                        suggestion(names, name), std::string(role), name);
  }
  return static_cast<std::size_t>(found - names.begin());
}

// Does the pattern, where * stands for any text, match the whole name?
bool matches(std::string_view pattern, std::string_view name) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) {
    return pattern == name;
  }
  if (!name.starts_with(pattern.substr(0, star))) {
    return false;
  }
  const std::string_view rest = pattern.substr(star + 1);
  for (std::size_t at = star; at <= name.size(); ++at) {
    if (matches(rest, name.substr(at))) {
      return true;
    }
  }
  return false;
}

std::string_view key_of(WishedKind kind) {
  switch (kind) {
    case WishedKind::kNumeric:
      return "numeric";
    case WishedKind::kCategorical:
      return "categorical";
    case WishedKind::kDate:
    case WishedKind::kDayFirst:
    case WishedKind::kMonthFirst:
      return "date";
    case WishedKind::kId:
      return "id";
    case WishedKind::kText:
      return "text";
    case WishedKind::kDrop:
      break;
  }
  return "drop";
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

std::string Table::place(std::size_t row, std::size_t column) const {
  return places({{row, column}}).front();
}

bool is_missing(const TableCell& cell, const ReadingRules& rules) {
  const std::string_view text = cell.text();
  if (text.empty() || text.find_first_not_of(' ') == std::string_view::npos) {
    return true;
  }
  if (rules.missing) {
    // A listed -999 means -999.0 too.
    const std::optional<double> number =
        rules.missing->empty() ? std::nullopt : read_number(text, {});
    const bool listed =
        std::any_of(rules.missing->begin(), rules.missing->end(), [&](const auto& each) {
          return text == each || (number && read_number(each, {}) == number);
        });
    if (listed) {
      return true;
    }
  }
  return !cell.quoted && is_missing_word(text) && words_mean_missing(rules);
}

bool words_mean_missing(const ReadingRules& rules) {
  return !rules.missing ||
         (!rules.missing->empty() &&
          std::all_of(rules.missing->begin(), rules.missing->end(),
                      [](const auto& each) { return read_number(each, {}).has_value(); }));
}

void CellFaults::add(std::size_t row, std::size_t column, std::string fault, std::string remedy) {
  ++count_;
  rows_.push_back(row);
  const auto before = [](const Fault& a, const Fault& b) {
    return std::pair(a.row, a.column) < std::pair(b.row, b.column);
  };
  Fault added{row, column, std::move(fault) + "; " + std::move(remedy)};
  faults_.insert(std::upper_bound(faults_.begin(), faults_.end(), added, before), added);
  if (faults_.size() > FaultList::kShown) {
    faults_.pop_back();
  }
}

std::vector<std::string> CellFaults::sentences() const {
  std::vector<std::pair<std::size_t, std::size_t>> cells;
  std::transform(faults_.begin(), faults_.end(), std::back_inserter(cells),
                 [](const Fault& fault) { return std::pair(fault.row, fault.column); });
  std::vector<std::string> sentences =
      cells.empty() ? std::vector<std::string>() : table_.places(cells);
  for (std::size_t i = 0; i < faults_.size(); ++i) {
    sentences[i] += ": " + faults_[i].text;
  }
  return sentences;
}

void CellFaults::throw_if_any() {
  if (count_ == 0) {
    return;
  }
  FaultList list;
  for (std::string& sentence : sentences()) {
    list.add(std::move(sentence));
  }
  for (std::size_t i = faults_.size(); i < count_; ++i) {
    list.add("");  // beyond those that are shown
  }
  list.throw_if_any();
}

std::vector<std::optional<WishedKind>> find_wishes(const Table& table) {
  std::vector<std::string> names;
  std::transform(table.columns.begin(), table.columns.end(), std::back_inserter(names),
                 [](const TableColumn& column) { return column.name; });
  const std::vector<std::size_t> targets = table.roles.targets();
  std::vector<std::optional<WishedKind>> wishes(names.size());
  for (const ColumnWish& wish : table.rules.columns) {
    const std::string role(key_of(wish.kind));
    std::vector<std::size_t> found;
    const auto* pattern = std::get_if<std::string>(&wish.column);
    if (pattern != nullptr && pattern->find('*') != std::string::npos) {
      for (std::size_t c = 0; c < names.size(); ++c) {
        const bool has_role = c == table.roles.group || c == table.roles.order ||
                              std::find(targets.begin(), targets.end(), c) != targets.end();
        if (!has_role && matches(*pattern, names[c])) {
          found.push_back(c);
        }
      }
      if (found.empty()) {
        throw UnknownColumn(table.subject(),
                            fmt::format("{} columns like {}, but no name matches", wanted_by(role),
                                        in_quotes(*pattern)),
                            fmt::format("the columns are {}", list_names(names)), role, *pattern);
      }
    } else {
      found.push_back(find_column(names, wish.column, role, table.subject()));
    }
    for (const std::size_t c : found) {
      const std::string name = in_quotes(names[c]);
      const bool ordered_by_date = c == table.roles.order && key_of(wish.kind) == "date";
      if (!ordered_by_date && (std::find(targets.begin(), targets.end(), c) != targets.end() ||
                               c == table.roles.group || c == table.roles.order)) {
        throw DataError(table.subject(),
                        fmt::format("column {} is the {}, but `{}` under `columns` lists it", name,
                                    c == table.roles.group   ? "group"
                                    : c == table.roles.order ? "order"
                                                             : "target",
                                    role),
                        "leave it out of the list");
      }
      if (wishes[c] && *wishes[c] != wish.kind) {
        throw DataError(table.subject(),
                        fmt::format("column {} is listed under both `{}` and `{}` of `columns`",
                                    name, key_of(*wishes[c]), key_of(wish.kind)),
                        "list it once");
      }
      wishes[c] = wish.kind;
    }
  }
  return wishes;
}

}  // namespace hpsearch::nn

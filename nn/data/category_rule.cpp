#include "nn/data/category_rule.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "nn/base/utf8.h"
#include "nn/data/level_key.h"
#include "nn/data/yaml_name.h"

namespace hpsearch::nn {
namespace {

constexpr std::size_t kNamesShown = 8;
constexpr std::size_t kWordsOfFreeText = 4;  // on average

std::string shown(std::string_view name) {
  const std::string quoted = in_quotes(name);
  return quoted.substr(1, quoted.size() - 2);
}

std::string trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  return first == std::string_view::npos
             ? ""
             : std::string(text.substr(first, text.find_last_not_of(" \t") - first + 1));
}

std::string plural(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

// Puts the level that means no first, whatever the case of its letters.
bool take_for_boolean(std::vector<Level>& levels) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kPairs{
      {{"false", "true"}, {"no", "yes"}, {"n", "y"}, {"f", "t"}, {"off", "on"}}};
  if (levels.size() != 2) {
    return false;
  }
  for (const auto& [no, yes] : kPairs) {
    if (levels[0].key == yes && levels[1].key == no) {
      std::swap(levels[0], levels[1]);
    }
    if (levels[0].key == no && levels[1].key == yes) {
      return true;
    }
  }
  return false;
}

std::string names_of(const std::vector<std::string>& levels) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::min(levels.size(), kNamesShown); ++i) {
    names.push_back(shown(levels[i]));
  }
  return fmt::format("{}{}", fmt::join(names, ", "), levels.size() > kNamesShown ? ", ..." : "");
}

double mean_words(const std::vector<Level>& levels, std::size_t rows) {
  std::size_t words = 0;
  for (const Level& level : levels) {
    words += level.rows *
             (1 + static_cast<std::size_t>(std::count(level.key.begin(), level.key.end(), ' ')));
  }
  return static_cast<double>(words) / static_cast<double>(rows);
}

// Keeps the most frequent levels; of equally frequent ones the first in bytes. Returns the rows of
// the others.
std::size_t keep_most_frequent(std::vector<Level>& levels, std::size_t count) {
  std::vector<Level> sorted = levels;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Level& a, const Level& b) { return a.rows > b.rows; });
  std::size_t rest = 0;
  for (std::size_t i = count; i < sorted.size(); ++i) {
    rest += sorted[i].rows;
  }
  sorted.resize(count);
  std::sort(sorted.begin(), sorted.end(),
            [](const Level& a, const Level& b) { return a.name < b.name; });
  levels = std::move(sorted);
  return rest;
}

}  // namespace

std::vector<Level> find_levels(const Table& table,
                               std::size_t column,
                               std::span<const std::uint32_t> rows) {
  const std::vector<TableCell>& cells = table.columns[column].cells;
  std::unordered_map<std::string_view, std::size_t> spellings;
  for (const std::uint32_t row : rows) {
    if (!is_missing(cells[row], table.rules)) {
      ++spellings[cells[row].text()];
    }
  }
  // Sorted by spelling, so that ties do not depend on the order of a hash table.
  std::vector<std::pair<std::string_view, std::size_t>> sorted(spellings.begin(), spellings.end());
  std::sort(sorted.begin(), sorted.end());
  std::unordered_map<std::string, std::size_t> by_key;
  std::vector<Level> levels;
  std::vector<std::size_t> largest;
  for (const auto& [text, count] : sorted) {
    const auto [found, is_new] = by_key.emplace(level_key(text), levels.size());
    if (is_new) {
      levels.push_back({trimmed(text), found->first, count, 1});
      largest.push_back(count);
      continue;
    }
    Level& level = levels[found->second];
    level.rows += count;
    ++level.spellings;
    if (count > largest[found->second]) {
      largest[found->second] = count;
      level.name = trimmed(text);
    }
  }
  std::sort(levels.begin(), levels.end(),
            [](const Level& a, const Level& b) { return a.name < b.name; });
  return levels;
}

std::string merged_note(const std::string& name, const std::vector<Level>& levels) {
  std::vector<std::string> merged;
  std::size_t count = 0;
  for (const Level& level : levels) {
    if (level.spellings > 1 && ++count <= kNamesShown) {
      merged.push_back(fmt::format("{} ({} spellings)", in_quotes(level.name), level.spellings));
    }
  }
  return count == 0
             ? ""
             : fmt::format("column {}: texts that differ only in case or blanks count as one: {}{}",
                           in_quotes(name), fmt::join(merged, ", "),
                           count > kNamesShown ? ", ..." : "");
}

void decide_category(const Table& table,
                     std::size_t column,
                     std::span<const std::uint32_t> train,
                     const ColumnFacts& facts,
                     bool wished,
                     ColumnRule& rule) {
  std::vector<Level> levels = find_levels(table, column, train);
  const std::size_t present = train.size() - facts.missing;
  const std::string name = in_quotes(rule.name);
  if (levels.empty()) {
    rule.treatment = "left out: no row has a value";
    return;
  }
  if (levels.size() == 1 && facts.missing == 0) {
    rule.treatment = fmt::format("left out: every row has {}", in_quotes(levels[0].name));
    return;
  }
  const bool judged = !wished && present >= kFewestRowsOfAnId;
  if (judged && levels.size() * 2 > present &&
      mean_words(levels, present) >= static_cast<double>(kWordsOfFreeText)) {
    rule.treatment = fmt::format(
        "left out: free text, {} different ones in {} rows; `columns: {{categorical: [{}]}}` keeps "
        "it as categories",
        levels.size(), present, yaml_name(rule.name));
    return;
  }
  if (judged && levels.size() == present) {
    rule.treatment = fmt::format(
        "left out: a different text in every row, so an id; `columns: {{categorical: [{}]}}` keeps "
        "it",
        yaml_name(rule.name));
    return;
  }
  if (std::string note = merged_note(rule.name, levels); !note.empty()) {
    rule.notes.push_back(std::move(note));
  }
  const auto bare = facts.numbers.find("");  // 10th is a text
  const std::size_t numbers =
      bare == facts.numbers.end() ? 0 : *std::max_element(bare->second.begin(), bare->second.end());
  if (numbers > 0) {
    rule.notes.push_back(fmt::format(
        "column {} is read as categories, though {} of its {} values {}; `columns: {{numeric: "
        "[{}]}}` lists the others as errors",
        name, numbers, present, numbers == 1 ? "is a number" : "are numbers",
        yaml_name(rule.name)));
  }
  rule.kind = ColumnKind::kCategory;
  const std::size_t different = levels.size();
  std::size_t rest = 0;
  if (different > table.rules.max_levels) {
    rest = keep_most_frequent(levels, table.rules.max_levels);
    rule.other = true;
  }
  const bool boolean = take_for_boolean(levels);
  for (Level& level : levels) {
    rule.levels.push_back(std::move(level.name));
  }
  rule.two_levels = rule.levels.size() == 2 && facts.missing == 0 && !rule.other;
  const std::string_view kind = boolean ? "boolean" : "category";
  if (rule.two_levels) {
    rule.treatment =
        fmt::format("{}; {} is 0, {} is 1", kind, shown(rule.levels[0]), shown(rule.levels[1]));
    return;
  }
  rule.treatment = rule.other
                       ? fmt::format(
                             "{}; {}: the {} most frequent of {} texts, and `other` for the "
                             "rest ({} rows): {}",
                             kind, plural(rule.features(), "feature"), rule.levels.size(),
                             different, rest, names_of(rule.levels))
                       : fmt::format("{}; {}: {}", kind, plural(rule.levels.size(), "feature"),
                                     names_of(rule.levels));
  if (facts.missing > 0) {
    rule.treatment += fmt::format("; all 0 for {}", plural(facts.missing, "missing value"));
  }
}

LevelFinder::LevelFinder(const std::vector<std::string>& levels) : unknown_(levels.size()) {
  for (std::size_t i = 0; i < levels.size(); ++i) {
    by_key_.emplace(level_key(levels[i]), i);
  }
}

std::size_t LevelFinder::find(std::string_view text) {
  const auto [known, is_new] = by_text_.emplace(text, unknown_);
  if (is_new) {
    if (const auto level = by_key_.find(level_key(text)); level != by_key_.end()) {
      known->second = level->second;
    }
  }
  return known->second;
}

}  // namespace hpsearch::nn

// Columns of texts: categories, ids and free text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "nn/data/column_facts.h"
#include "nn/data/column_rule.h"
#include "nn/data/table.h"

namespace hpsearch::nn {

// The different texts of a column; spellings with one level_key are one.
struct Level {
  std::string name;  // the most frequent spelling; of equally frequent ones the first in bytes
  std::string key;
  std::size_t rows = 0;
  std::size_t spellings = 0;
};

// Of these rows, in the order of the bytes of their names. Missing values have no level.
std::vector<Level> find_levels(const Table& table,
                               std::size_t column,
                               std::span<const std::uint32_t> rows);

// "column 'city': spellings that differ in case or blanks are one level: 'Paris'"; empty: there are
// none.
std::string merged_note(const std::string& name, const std::vector<Level>& levels);

// `wished`: the sweep file says that it is a category.
void decide_category(const Table& table,
                     std::size_t column,
                     std::span<const std::uint32_t> train,
                     const ColumnFacts& facts,
                     bool wished,
                     ColumnRule& rule);

// Finds the number of a cell's level.
class LevelFinder {
 public:
  explicit LevelFinder(const std::vector<std::string>& levels);

  // levels.size() for a text that is none of them.
  std::size_t find(std::string_view text);

 private:
  std::size_t unknown_;
  std::unordered_map<std::string, std::size_t> by_key_;
  std::unordered_map<std::string_view, std::size_t> by_text_;  // of spellings that were asked for
};

}  // namespace hpsearch::nn

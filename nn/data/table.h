// A table as its file has it: columns of numbers or of texts, before anything is made of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "nn/data/dataset.h"

namespace hpsearch::nn {

// A text column that is to be features may have so many different texts; beyond that it is left
// out, and its texts are not kept.
inline constexpr std::size_t kMaximumLevels = 50;

// So many values at most, in the file and as features: 16 GiB of 32-bit floats.
inline constexpr std::uint64_t kMaximumTableValues = std::uint64_t{1} << 32;

inline constexpr std::uint32_t kNoLevel = std::numeric_limits<std::uint32_t>::max();

// The first cell of its kind in a column, for messages.
struct CellPlace {
  std::string place;  // "<path>:<line>:<column>", or what names a place in another format
  std::string text;
};

// Either numbers or texts; a column without any value is one of numbers.
struct TableColumn {
  std::string name;
  std::vector<double> numbers = {};       // (rows), NaN is a missing value; of a number column
  std::vector<std::uint32_t> codes = {};  // (rows), in `levels` or kNoLevel; of a text column
  std::vector<std::string> levels = {};   // its different texts, as they appear
  bool too_many_levels = false;           // then codes and levels are empty
  std::size_t missing = 0;                // values that are not there
  std::optional<CellPlace> first_missing = {};
  std::optional<CellPlace> first_text = {};          // of a text column
  std::optional<CellPlace> first_other_date = {};    // of `order`: no date, or of another form
  std::optional<CellPlace> first_beyond_float = {};  // finite, but no 32-bit float holds it

  bool is_text() const { return too_many_levels || !codes.empty(); }
};

// What columns are for. Numbers of columns, from 0.
struct TableRoles {
  std::size_t target = 0;
  std::vector<std::size_t> further_targets = {};
  std::optional<std::size_t> group;
  std::optional<std::size_t> order;

  // All of them, in their order.
  std::vector<std::size_t> targets() const;
};

struct Table {
  std::size_t rows = 0;
  std::vector<TableColumn> columns;
  TableRoles roles;
  std::size_t own_validation_rows = 0;  // behind the rows to train on
  std::size_t own_test_rows = 0;        // behind those
  std::vector<FileChecksum> files;
  std::vector<std::string> notes;
};

// Finds the columns that `source` names among these; the target is the last where it is not
// named. `subject`: the file, for messages. Throws DataError if there is no such column, or if one
// has two roles or is a target twice.
TableRoles find_roles(const std::vector<std::string>& names,
                      const DatasetSource& source,
                      const std::string& subject);

}  // namespace hpsearch::nn

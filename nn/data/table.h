// A table as its file has it: columns of cells or of numbers, before anything is made of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nn/data/dataset.h"
#include "nn/files/fault_list.h"
#include "nn/files/table_text.h"

namespace hpsearch::nn {

// At most this many values, in the file and as features: 16 GiB of 32-bit floats.
inline constexpr std::uint64_t kMaximumTableValues = std::uint64_t{1} << 32;

// The text of one cell. Points into Table::texts or Table::unescaped.
struct TableCell {
  const char* data = nullptr;
  std::uint32_t size = 0;
  bool quoted = false;

  std::string_view text() const { return {data, size}; }
};

// Has either cells, of a table of text, or numbers, of an array.
struct TableColumn {
  std::string name;
  std::vector<TableCell> cells = {};  // (rows)
  std::vector<double> numbers = {};   // (rows), NaN is a missing value
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

// Immutable once read, hence safe to share among threads.
struct Table {
  std::size_t rows = 0;
  std::vector<TableColumn> columns;
  TableRoles roles;
  std::size_t own_validation_rows = 0;  // behind the rows to train on
  std::size_t own_test_rows = 0;        // behind those
  std::vector<FileChecksum> files;
  std::vector<std::string> notes;
  ReadingRules rules;  // of the sweep file

  // Where a row stands: "<path>:<line>:<column>", or what names a place in another format. Sorted
  // by row, then by column, they take one pass over the files.
  using Places = std::function<std::vector<std::string>(
      const std::vector<std::pair<std::size_t, std::size_t>>& rows_and_columns)>;
  Places places;

  // What the cells point into.
  std::vector<std::shared_ptr<const TableText>> texts;
  std::vector<std::deque<std::string>> unescaped;

  std::string place(std::size_t row, std::size_t column) const;
  std::string subject() const { return files.front().path.string(); }
};

// What the cell says where a value is missing: an empty cell; or one of the words that mean it,
// unless it stands in quotes.
bool is_missing(const TableCell& cell, const ReadingRules& rules);

// Do the usual words mean a missing value? A list of the sweep file takes their place, unless it
// lists numbers alone, which say nothing about words.
bool words_mean_missing(const ReadingRules& rules);

// Faults of cells, thrown together in the order of their places.
class CellFaults {
 public:
  explicit CellFaults(const Table& table) : table_(table) {}

  void add(std::size_t row, std::size_t column, std::string fault, std::string remedy);
  std::size_t count() const { return count_; }

  // The row of each fault, in the order in which they were added.
  const std::vector<std::size_t>& rows() const { return rows_; }

  // "<place>: <fault>; <remedy>" of the first faults, at most FaultList::kShown, by their places.
  std::vector<std::string> sentences() const;

  // Throws the DataError that lists them, if there are any.
  void throw_if_any();

 private:
  struct Fault {
    std::size_t row;
    std::size_t column;
    std::string text;  // "<fault>; <remedy>"
  };
  const Table& table_;
  std::vector<Fault> faults_;  // the first of each column, at most FaultList::kShown
  std::size_t count_ = 0;
  std::vector<std::size_t> rows_;
};

// A name or number that no column has. role(): the key that gave it, "target" or "drop".
class UnknownColumn : public DataError {
 public:
  UnknownColumn(const std::string& subject,
                std::string_view fault,
                std::string_view remedy,
                std::string role,
                std::string column)
      : DataError(subject, fault, remedy), role_(std::move(role)), column_(std::move(column)) {}

  const std::string& role() const { return role_; }
  const std::string& column() const { return column_; }

 private:
  std::string role_;
  std::string column_;
};

// Finds the columns that `source` names among these; the target is the last where it is not
// named. `subject`: the file, for messages. Throws DataError if there is no such column, or if one
// has two roles or is a target twice.
TableRoles find_roles(const std::vector<std::string>& names,
                      const DatasetSource& source,
                      const std::string& subject);

// For each column what `rules.columns` says it is. Throws DataError for a name or pattern that no
// column has, for a column that is listed under two kinds, and for one that has a role.
std::vector<std::optional<WishedKind>> find_wishes(const Table& table);

}  // namespace hpsearch::nn

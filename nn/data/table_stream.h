// The rows of a table some at a time, in bounded memory: what a model predicts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "nn/data/table.h"
#include "nn/files/text_pieces.h"

namespace hpsearch::nn {

// Some rows, and what is wrong with others. Used again for the next ones.
struct TableChunk {
  // The rows that have one cell for each column. Its files, notes and roles are empty.
  Table table;

  // Of the records that are no rows, the first FaultList::kShown: the row of the table that follows
  // and "<place>: <fault>; <remedy>".
  struct BadRecord {
    std::size_t next_row = 0;
    std::string sentence;
  };
  std::vector<BadRecord> faults;
  std::size_t bad_rows = 0;  // how many there are

  void clear();
};

// Delivers the rows of a source in their order. Not thread-safe.
class TableSource {
 public:
  virtual ~TableSource() = default;

  // The names of its columns, or their numbers from 0 where it has no names.
  virtual const std::vector<std::string>& columns() const = 0;
  virtual bool has_names() const = 0;
  virtual std::string name() const = 0;  // of the file, for messages

  // From now on chunks have these columns alone, under these names. Required before next().
  struct Selected {
    std::size_t column;
    std::string name;
  };
  virtual void select(std::vector<Selected> selected) = 0;

  // False at the end.
  virtual bool next(TableChunk& chunk) = 0;
};

// A table of text: what read_csv_table reads, and stdin. The separator, and whether there is a
// header, is judged by the beginning of the file.
class TableStream final : public TableSource {
 public:
  struct Sizes {
    std::size_t head_bytes = std::size_t{1} << 20U;     // judged by at least so many
    std::size_t piece_bytes = TextPieces::kPieceBytes;  // read at once
  };

  // `path`: "-" is stdin. `known`: names of columns that the table may have; if the first line has
  // one of them, it is a header. Throws DataError for what TextPieces refuses, and for an empty
  // file.
  TableStream(const std::filesystem::path& path,
              const ReadingRules& rules,
              const std::vector<std::string>& known,
              const Sizes& sizes);
  TableStream(const std::filesystem::path& path,
              const ReadingRules& rules,
              const std::vector<std::string>& known)
      : TableStream(path, rules, known, Sizes{}) {}
  ~TableStream() override;
  TableStream(const TableStream&) = delete;
  TableStream& operator=(const TableStream&) = delete;

  const std::vector<std::string>& columns() const override;
  bool has_names() const override;
  std::string name() const override;
  void select(std::vector<Selected> selected) override;
  bool next(TableChunk& chunk) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The columns of a table that a model was trained on, found in another table: `names` of
// `table_columns` (all columns of the training table, in their order). By their names where both
// tables have names; else by their positions, and a table without the columns `targets` may leave
// them out.
class ColumnFinder {
 public:
  ColumnFinder(const TableSource& source,
               std::vector<std::string> table_columns,
               std::vector<std::string> targets);

  // The number of the column in the source; nothing if it is not there.
  std::optional<std::size_t> find(const std::string& name) const;

  // The same; throws DataError, naming the column, if it is not there.
  std::size_t require(const std::string& name) const;

 private:
  const TableSource& source_;
  std::vector<std::string> columns_;  // by position: those that the source should have
  bool by_name_;
};

}  // namespace hpsearch::nn

// What the SQL of this room runs on: a connection to a database of any kind. Internal to storage.
//
// The statements are written once, in the part of SQL that all databases share: `?` and `?1` mark
// values, ON CONFLICT replaces rows, RETURNING tells of them. Where databases differ, Dialect has
// the words.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "storage/selection.h"

namespace hpsearch::storage {

enum class ColumnType { kNull, kWhole, kReal, kText, kBytes };

// A statement as one kind of database has it. Parameters count from 1, columns from 0.
class RawStatement {
 public:
  RawStatement() = default;
  virtual ~RawStatement() = default;
  RawStatement(const RawStatement&) = delete;
  RawStatement& operator=(const RawStatement&) = delete;

  virtual void bind_null(int index) = 0;
  virtual void bind_whole(int index, std::int64_t value) = 0;
  virtual void bind_real(int index, double value) = 0;
  // `copy`: the text may go before the statement runs.
  virtual void bind_text(int index, std::string_view value, bool copy) = 0;
  // For a column that keeps each value's own type.
  virtual void bind_own_type(int index, const Cell& value) = 0;
  virtual void clear() noexcept = 0;  // all parameters are NULL

  // To the next row; false if there is none.
  virtual bool step() = 0;
  // All of it. Returns how many rows it has changed.
  virtual std::int64_t exec() = 0;
  // Makes it ready to run again with the same values.
  virtual void reset() noexcept = 0;

  virtual int columns() = 0;
  virtual std::string name(int column) = 0;
  // Of the row that step() has come to. NULL reads as 0 and as an empty text.
  virtual ColumnType type(int column) = 0;
  virtual std::int64_t whole(int column) = 0;
  virtual double real(int column) = 0;
  virtual std::string_view text(int column) = 0;  // until the next step
};

// A column of the row that a statement has come to.
class Column {
 public:
  Column(RawStatement& statement, int index) : statement_(&statement), index_(index) {}

  bool is_null() const { return type() == ColumnType::kNull; }
  bool is_integer() const { return type() == ColumnType::kWhole; }
  bool is_real() const { return type() == ColumnType::kReal; }
  bool is_text() const { return type() == ColumnType::kText; }
  bool is_bytes() const { return type() == ColumnType::kBytes; }
  ColumnType type() const { return statement_->type(index_); }

  std::int64_t int64() const { return statement_->whole(index_); }
  double number() const { return statement_->real(index_); }
  std::string text() const { return std::string(statement_->text(index_)); }
  std::string name() const { return statement_->name(index_); }

 private:
  RawStatement* statement_;
  int index_;
};

// What databases have different words for.
struct Dialect {
  bool postgres = false;

  // Compares a column with a parameter, without regard to the case of ASCII letters.
  std::string same_name(std::string_view column) const {
    return postgres ? "lower(" + std::string(column) + ") = lower(?)"
                    : std::string(column) + " = ? COLLATE NOCASE";
  }
  // Keeps a planner that counts nothing from an index over this column.
  std::string unindexed(std::string_view column) const {
    return (postgres ? "" : "+") + std::string(column);
  }
  // An entry of a text that is a JSON object, as text.
  std::string json_entry(std::string_view column, std::string_view key) const {
    return postgres ? "(CAST(" + std::string(column) + " AS JSON) ->> '" + std::string(key) + "')"
                    : "json_extract(" + std::string(column) + ", '$." + std::string(key) + "')";
  }
  // Makes such a text from columns, each under its own name.
  std::string json_object(std::string_view entries) const {
    return postgres ? "CAST(json_build_object(" + std::string(entries) + ") AS TEXT)"
                    : "json_object(" + std::string(entries) + ")";
  }
};

// Another process must not run the sweep as long as this lives.
class SweepHold {
 public:
  SweepHold() = default;
  virtual ~SweepHold() = default;
  SweepHold(const SweepHold&) = delete;
  SweepHold& operator=(const SweepHold&) = delete;
};

enum class TransactionKind {
  kWrite,     // nobody else is in one of this kind: nothing that it reads changes until its end
  kRows,      // may meet others in other rows
  kSnapshot,  // reads, all of it as of one moment
};

// Used by one thread at a time. Throws exceptions of its own kind, which guarded() turns into
// StoreErrors.
class Session {
 public:
  Session() = default;
  virtual ~Session() = default;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  virtual const Dialect& dialect() const = 0;
  virtual std::unique_ptr<RawStatement> prepare(const std::string& sql) = 0;
  // For statements without values, several of them if need be.
  virtual void exec(const std::string& sql) = 0;

  virtual void begin(TransactionKind kind) = 0;
  // Throws where what was written cannot be kept.
  virtual void commit() = 0;
  virtual void rollback() noexcept = 0;
  // False where a snapshot is not needed, and where this connection could not hold one.
  virtual bool holds_snapshots() const { return true; }

  // Handles the exception that is being handled: throws what explains it to a user, or returns
  // where the same work may be done again. `repeatable`: it may, as far as its caller knows.
  virtual void explain(bool repeatable) = 0;

  // A query begins: for those that count how long it takes.
  virtual void begin_query() {}
  virtual bool table_exists(const std::string& name) = 0;
  virtual std::vector<std::string> column_names(const std::string& table) = 0;
  // Changes whenever another connection changes the database.
  virtual std::int64_t data_version() = 0;
  virtual void make_durable() {}
  // A run has ended: what it wrote goes to its final place, if that takes no waiting.
  virtual void settle() {}

  // Gives back what removed rows took, where nobody else does; no statement is under way.
  virtual void release_space() {}

  // The view "trials_<sweep>" (trial_view.h) moves with its sweep, inside of a transaction.
  virtual void rename_view(const std::string& sweep, const std::string& new_name) = 0;

  // Who runs a sweep.
  virtual bool is_being_run(std::int64_t sweep_id) = 0;
  // Throws SweepBusy where it is.
  virtual std::unique_ptr<SweepHold> hold_sweep(std::int64_t sweep_id, const std::string& name) = 0;

  // Rows of artifacts and checkpoints have come or gone in the open transaction: for databases that
  // keep the files as well. `path` as in the row.
  virtual void keep_file(const std::string& path) { (void)path; }

  virtual TrialTable select(const std::string& sweep,
                            const std::string& metric,
                            const Selection& selection) = 0;
};

// A statement that is run once or often.
class Statement {
 public:
  Statement(Session& db, const std::string& sql) : raw_(db.prepare(sql)) {}

  void bind(int index) { raw_->bind_null(index); }
  template <std::integral T>
  void bind(int index, T value) {
    raw_->bind_whole(index, static_cast<std::int64_t>(value));
  }
  void bind(int index, double value) { raw_->bind_real(index, value); }
  void bind(int index, std::string_view value) { raw_->bind_text(index, value, true); }
  void bind(int index, const char* value) { raw_->bind_text(index, value, true); }
  void bind(int index, const std::string& value) { raw_->bind_text(index, value, true); }
  // The text stays until the statement has run.
  void bind_view(int index, std::string_view value) { raw_->bind_text(index, value, false); }
  void bind_own_type(int index, const Cell& value) { raw_->bind_own_type(index, value); }
  void clear() { raw_->clear(); }

  bool step() { return raw_->step(); }
  std::int64_t exec() { return raw_->exec(); }
  void reset() noexcept { raw_->reset(); }

  int column_count() { return raw_->columns(); }
  std::string column_name(int column) { return raw_->name(column); }
  Column column(int index) { return {*raw_, index}; }
  RawStatement& raw() { return *raw_; }

 private:
  std::unique_ptr<RawStatement> raw_;
};

// Quotes a name as an SQL identifier: "a""b".
std::string quoted_identifier(const std::string& name);
// Quotes a text as an SQL literal: 'it''s'.
std::string quoted_text(const std::string& text);

}  // namespace hpsearch::storage

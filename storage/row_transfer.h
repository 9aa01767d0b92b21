// Rows of sweeps as they are, from and to databases of any kind: what sweep_copy.h is made of.
//
// Beside Queries and Store, whose implementations have these too.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "search/space/space.h"
#include "storage/queries.h"
#include "storage/store.h"
#include "storage/sweep_rows.h"

namespace hpsearch::storage {

// Everything throws StoreError.
class RowSource {
 public:
  RowSource() = default;
  virtual ~RowSource() = default;
  RowSource(const RowSource&) = delete;
  RowSource& operator=(const RowSource&) = delete;

  // The sweep's rows of one of kSweepTables with all their columns, as they are stored. None where
  // an older schema lacks the table. `use` may change the cells.
  virtual void for_each_row(const SweepTable& table, std::int64_t sweep_id, const UseRow& use) = 0;
};

// Part of one transaction. Everything throws StoreError.
class RowWriter {
 public:
  RowWriter() = default;
  virtual ~RowWriter() = default;
  RowWriter(const RowWriter&) = delete;
  RowWriter& operator=(const RowWriter&) = delete;

  // What insert() writes from now on: rows of this table with these columns. Columns that the
  // database lacks are left out, as is the table's own key, which it numbers itself.
  virtual void into(const SweepTable& table, const Columns& columns) = 0;
  // Writes a row with a cell for each of those columns. Returns its own key, where it has one. Of a
  // table whose rows are written once, a row that is there already stays alone.
  virtual std::int64_t insert(std::span<const Cell> cells) = 0;

  // Removes a trial with all that belongs to it.
  virtual void remove_trial(std::int64_t trial_id) = 0;

  // The sweep has more trials now, which no run has ended: it becomes `interrupted`. It is as old
  // as the oldest of its parts, and `active_seconds` are added to its own.
  virtual void reopen(std::int64_t sweep_id,
                      const std::string& created_at,
                      double active_seconds) = 0;

  // Makes the view "trials_<name>" of a new sweep.
  virtual void make_view(const std::string& name,
                         std::int64_t sweep_id,
                         const search::Space& space) = 0;
};

class RowTarget {
 public:
  RowTarget() = default;
  virtual ~RowTarget() = default;
  RowTarget(const RowTarget&) = delete;
  RowTarget& operator=(const RowTarget&) = delete;

  // Gives `work` a writer; all that it writes is one transaction, and nothing if it throws. It may
  // use no function of the store that writes. Throws StoreError.
  virtual void import(const std::function<void(RowWriter& writer)>& work) = 0;
};

// Of a database that is open. Throw StoreError for a kind of database without them.
RowSource& row_source(Queries& queries);
RowTarget& row_target(Store& store);

// To read a database as the current version has it. An older one is upgraded in a temporary copy,
// which goes with this, and stays as it is itself. Throws StoreError.
struct UpgradedDatabase {
  std::shared_ptr<const std::filesystem::path> temporary;  // the copy's folder; null: none
  std::unique_ptr<Queries> queries;                        // goes before it
};
UpgradedDatabase open_upgraded(std::filesystem::path path, std::string tool_version);

}  // namespace hpsearch::storage

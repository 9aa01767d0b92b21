// A Session on an SQLite file. Internal to storage.
#pragma once

#include <filesystem>
#include <utility>

#include <sys/types.h>

#include "storage/sql/session.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/database.h"

namespace hpsearch::storage {

class SqliteSession final : public Session {
 public:
  SqliteSession(std::filesystem::path path, OpenedDatabase opened);  // to write
  SqliteSession(std::filesystem::path path, DatabasePtr read);       // to read, within StepLimit

  const Dialect& dialect() const override { return dialect_; }
  std::unique_ptr<RawStatement> prepare(const std::string& sql) override;
  void exec(const std::string& sql) override;
  void begin(TransactionKind kind) override;
  void commit() override;
  void rollback() noexcept override;
  bool holds_snapshots() const override { return !db_.get_deleter().is_shared(); }
  void explain(bool repeatable) override;
  void begin_query() override { limit_.reset(); }
  bool table_exists(const std::string& name) override;
  std::vector<std::string> column_names(const std::string& table) override;
  std::int64_t data_version() override;
  void make_durable() override;
  void settle() override;
  void release_space() override;
  void rename_view(const std::string& sweep, const std::string& new_name) override;
  bool is_being_run(std::int64_t sweep_id) override;
  std::unique_ptr<SweepHold> hold_sweep(std::int64_t sweep_id, const std::string& name) override;
  TrialTable select(const std::string& sweep,
                    const std::string& metric,
                    const Selection& selection) override;

 private:
  using FileIdentity = std::pair<dev_t, ino_t>;

  // Of what the path names now; zeros if it names nothing.
  FileIdentity identity() const;
  // SQLite would go on writing into a file that has lost its name, and all would be lost at the
  // end. Asked before each commit.
  void require_same_file() const;

  Dialect dialect_;
  std::filesystem::path path_;
  DatabasePtr db_;
  StepLimit limit_;
  bool writes_;
  bool is_new_ = false;  // made just now, and perhaps not on the disk yet
  FileIdentity file_;
};

}  // namespace hpsearch::storage

// A Session on a PostgreSQL database. Internal to storage.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "storage/postgres/connection.h"
#include "storage/sql/session.h"

namespace hpsearch::storage {

class PgSession final : public Session {
 public:
  explicit PgSession(std::filesystem::path url);

  const Dialect& dialect() const override { return dialect_; }
  std::unique_ptr<RawStatement> prepare(const std::string& sql) override;
  void exec(const std::string& sql) override;
  void begin(TransactionKind kind) override { connection_->begin(kind); }
  void commit() override { connection_->commit(); }
  void rollback() noexcept override { connection_->rollback(); }
  void explain(bool repeatable) override;
  // No server has tables of an older version than the first that knows servers.
  bool table_exists(const std::string&) override { return true; }
  std::vector<std::string> column_names(const std::string& table) override;
  std::int64_t data_version() override;
  void rename_view(const std::string& sweep, const std::string& new_name) override;
  bool is_being_run(std::int64_t sweep_id) override;
  std::unique_ptr<SweepHold> hold_sweep(std::int64_t sweep_id, const std::string& name) override;
  void keep_file(const std::string& path) override;
  TrialTable select(const std::string& sweep,
                    const std::string& metric,
                    const Selection& selection) override;

  PgConnection& connection() { return *connection_; }

 private:
  Dialect dialect_{true};
  std::filesystem::path path_;
  std::shared_ptr<PgConnection> connection_;
};

// Makes the tables if there are none; several processes may come at once. Throws StoreError for a
// newer version, for tables of another program, and for a user who may not make any.
void make_tables(PgSession& session, const std::string& tool_version);
// Throws StoreError as make_tables() does.
bool has_tables(PgSession& session);
// Throws StoreError where there are none, or newer ones.
void require_tables(PgSession& session);

}  // namespace hpsearch::storage

// The kinds of databases that suites over all of them run on. A new one joins by a line at the end.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/storage/store_fixtures.h"
#include "tests/support/postgres_server.h"

namespace hpsearch::storage {

// A database that can be opened again and again.
class Database {
 public:
  virtual ~Database() = default;
  virtual std::filesystem::path path() const = 0;
  virtual std::unique_ptr<Store> store() = 0;
  virtual std::unique_ptr<Queries> queries() = 0;
  virtual std::unique_ptr<Claims> join(std::int64_t sweep, const std::string& name) = 0;
  // What others see: each row as text, its columns joined by '|'.
  virtual std::vector<std::string> rows(const std::string& sql) = 0;
};

class SqliteDatabase final : public Database {
 public:
  std::filesystem::path path() const override { return file(); }
  std::unique_ptr<Store> store() override { return open_store(file(), "1.0"); }
  std::unique_ptr<Queries> queries() override { return open_queries(file()); }
  std::unique_ptr<Claims> join(std::int64_t sweep, const std::string& name) override {
    return open_claims(file(), "1.0", sweep, name);
  }
  std::vector<std::string> rows(const std::string& sql) override { return Sql(file()).rows(sql); }

 private:
  std::filesystem::path file() const { return folder_.path() / "x.db"; }
  test::TempFolder folder_;
};

class PostgresDatabase final : public Database {
 public:
  std::filesystem::path path() const override { return url_; }
  std::unique_ptr<Store> store() override { return open_store(url_, "1.0"); }
  std::unique_ptr<Queries> queries() override { return open_queries(url_); }
  std::unique_ptr<Claims> join(std::int64_t sweep, const std::string& name) override {
    return open_claims(url_, "1.0", sweep, name);
  }
  std::vector<std::string> rows(const std::string& sql) override {
    return test::PostgresServer::instance()->rows(url_, sql);
  }

 private:
  std::string url_ = test::PostgresServer::instance()->new_database();
};

// Null: it is not installed here.
inline std::unique_ptr<Database> make_postgres() {
#ifdef HPSEARCH_HAS_POSTGRES
  if (test::PostgresServer::instance() != nullptr) {
    return std::make_unique<PostgresDatabase>();
  }
#endif
  return nullptr;
}

struct Backend {
  const char* name;
  std::unique_ptr<Database> (*make)();  // null: what it needs is not installed
};

inline constexpr Backend kBackends[] = {
    {"Sqlite", []() -> std::unique_ptr<Database> { return std::make_unique<SqliteDatabase>(); }},
    {"Postgres", make_postgres},
};

}  // namespace hpsearch::storage

// The connection of this process to a PostgreSQL server. Internal to storage.
//
// A process has one for each database, whatever it does there: servers count their connections, and
// a cluster has many processes. Threads take turns: for a statement, or as long as a transaction
// lasts.
//
// libpq itself, and not the C++ library above it: what a run promises hangs on knowing that a
// connection is a new one, and on the state code of each error.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "storage/sql/session.h"

struct pg_conn;
struct pg_result;

namespace hpsearch::storage {

// A statement has failed, or the connection is gone.
class PgError : public std::runtime_error {
 public:
  PgError(const std::string& message, std::string code, bool connection_lost)
      : std::runtime_error(message), state(std::move(code)), lost(connection_lost) {}
  std::string state;  // five characters: SQLSTATE; empty where the server said nothing
  bool lost;
};

struct ClearPgResult {
  void operator()(pg_result* result) const;
};
using PgResult = std::unique_ptr<pg_result, ClearPgResult>;

struct PgValue {
  std::optional<std::string> text;  // empty: NULL
  bool bytes = false;               // as they are
};

class PgConnection {
 public:
  // The one of this process; made if there is none. Throws StoreError.
  static std::shared_ptr<PgConnection> of(const std::string& url);
  ~PgConnection();
  PgConnection(const PgConnection&) = delete;
  PgConnection& operator=(const PgConnection&) = delete;

  const std::string& url() const { return url_; }

  // Throw PgError.
  PgResult run(const std::string& sql, std::span<const PgValue> values);  // marks $1, $2, ...
  PgResult exec(const std::string& sql);                                  // several statements

  // Others wait from here to the end of the transaction. One that writes throws LeaseLost where a
  // membership of this process has gone.
  void begin(TransactionKind kind);
  // Where the connection is lost in between, asks the server later whether it has been committed.
  void commit();
  void rollback() noexcept;
  bool in_transaction() const;
  std::recursive_mutex& mutex() { return mutex_; }

  // Waits until the server is there again, and says so. Throws StoreError after some minutes.
  void reconnect();

  // Rows of the table `members` without which nothing is written (lease.h).
  void add_member(std::int64_t member);
  void remove_member(std::int64_t member);

 private:
  explicit PgConnection(std::string url);

  void open();  // throws StoreError
  [[noreturn]] void fail(pg_result* result);
  PgResult checked(pg_result* result);
  void forget_transaction();

  std::string url_;
  mutable std::recursive_mutex mutex_;
  pg_conn* connection_ = nullptr;
  std::unordered_map<std::string, std::string> prepared_;  // names of statements by their texts
  bool given_up_ = false;                                  // the server has been away for too long
  bool in_transaction_ = false;
  std::string transaction_;  // its number at the server; empty: it writes nothing
  std::set<std::int64_t> members_;
};

}  // namespace hpsearch::storage

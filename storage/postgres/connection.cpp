#include "storage/postgres/connection.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <map>
#include <string_view>
#include <thread>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <libpq-fe.h>

#include "storage/error.h"
#include "storage/location.h"
#include "storage/notices.h"
#include "storage/postgres/explain.h"
#include "storage/postgres/settings.h"

namespace hpsearch::storage {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kFirstPause = std::chrono::milliseconds(100);
constexpr auto kLongestPause = std::chrono::seconds(5);
// A server that is full, or that begins, at the start of a program.
constexpr auto kStartPatience = std::chrono::seconds(60);
// One that a run has used before.
constexpr auto kPatience = std::chrono::minutes(10);
constexpr int kOldestServer = 120000;  // version 12

// Twice as long each time, up to a bound; the processes of a cluster do not all come at once.
class Backoff {
 public:
  explicit Backoff(std::chrono::seconds patience) : end_(Clock::now() + patience) {}
  bool is_over() const { return Clock::now() >= end_; }
  void pause() {
    const auto jitter = pause_ * (Clock::now().time_since_epoch().count() % 8) / 16;
    std::this_thread::sleep_for(pause_ / 2 + jitter);
    pause_ = std::min<Clock::duration>(2 * pause_, kLongestPause);
  }

 private:
  Clock::time_point end_;
  Clock::duration pause_ = kFirstPause;
};

// The server is there, but cannot take us just now.
bool is_passing(const std::string& message) {
  for (const char* text : {"too many clients", "too many connections", "connection slots",
                           "starting up", "shutting down", "recovery mode", "not yet accepting"}) {
    if (message.find(text) != std::string::npos) {
      return true;
    }
  }
  return false;
}

}  // namespace

void ClearPgResult::operator()(pg_result* result) const {
  PQclear(result);
}

std::shared_ptr<PgConnection> PgConnection::of(const std::string& url) {
  static std::mutex mutex;
  static std::map<std::string, std::weak_ptr<PgConnection>> open;
  const std::lock_guard lock(mutex);
  auto connection = open[url].lock();
  if (!connection) {
    connection = std::shared_ptr<PgConnection>(new PgConnection(url));
    open[url] = connection;
  }
  return connection;
}

PgConnection::PgConnection(std::string url) : url_(std::move(url)) {
  Backoff backoff(kStartPatience);
  bool told = false;
  while (true) {
    open();
    if (PQstatus(connection_) == CONNECTION_OK) {
      break;
    }
    const std::string message = PQerrorMessage(connection_);
    if (!is_passing(message) || backoff.is_over()) {
      PQfinish(connection_);
      throw explain_connect(url_, message);
    }
    if (!std::exchange(told, true)) {
      tell_of_wait(fmt::format("{}: {}; waiting up to {} s for it", url_, first_line(message),
                               kStartPatience.count()));
    }
    backoff.pause();
  }
  if (const int version = PQserverVersion(connection_); version < kOldestServer) {
    PQfinish(connection_);
    throw StoreError(fmt::format("{}: the server is PostgreSQL {}; hpsearch needs 12 or later",
                                 url_, version / 10000));
  }
}

PgConnection::~PgConnection() {
  PQfinish(connection_);
}

void PgConnection::open() {
  PQfinish(connection_);
  prepared_.clear();
  forget_transaction();
  const auto password = kept_password(url_);
  // What stands before the URL is overridden by it, what stands behind it is not.
  std::vector<const char*> keys{
      "connect_timeout",           "keepalives_idle",  "keepalives_interval",
      "keepalives_count",          "tcp_user_timeout", "application_name",
      "fallback_application_name", "dbname",           "client_encoding"};
  std::vector<const char*> values{"10",    "5",        "1",          "3",   "10000",
                                  nullptr, "hpsearch", url_.c_str(), "UTF8"};
  if (password) {
    keys.push_back("password");
    values.push_back(password->c_str());
  }
  keys.push_back(nullptr);
  values.push_back(nullptr);
  connection_ = PQconnectdbParams(keys.data(), values.data(), 1);
  if (PQstatus(connection_) != CONNECTION_OK) {
    return;
  }
  PQsetNoticeProcessor(
      connection_, [](void*, const char*) {}, nullptr);
  // A process that is stopped in the middle of a transaction must not hold its rows for ever: they
  // are free after as long as its lease lasts.
  const std::string settings = fmt::format(
      "SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 1; SET tcp_keepalives_count = 3; "
      "SET idle_in_transaction_session_timeout = {}; SET statement_timeout = 0; SET lock_timeout = "
      "0; SET extra_float_digits = 3; SET bytea_output = hex; SET standard_conforming_strings = "
      "on; SET default_transaction_isolation = 'read committed'",
      std::chrono::milliseconds(lease_time()).count());
  PQclear(PQexec(connection_, settings.c_str()));
}

void PgConnection::fail(pg_result* result) {
  const PgResult owned(result);
  const char* state = result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char* message =
      result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  const std::string code = state == nullptr ? "" : state;
  // 57P01 to 57P05: the server ends the session. 25P03: so it does with an idle transaction.
  const std::string text = message == nullptr ? first_line(PQerrorMessage(connection_)) : message;
  // The library's own errors have no code; its connection may be back by now.
  const bool cut = code.empty() && (text.find("closed the connection") != std::string::npos ||
                                    text.find("could not receive data") != std::string::npos ||
                                    text.find("could not send data") != std::string::npos);
  const bool lost =
      PQstatus(connection_) != CONNECTION_OK || cut || code.starts_with("57P") || code == "25P03";
  throw PgError(text, code, lost);
}

PgResult PgConnection::checked(pg_result* result) {
  const ExecStatusType status = result == nullptr ? PGRES_FATAL_ERROR : PQresultStatus(result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    fail(result);
  }
  return PgResult(result);
}

PgResult PgConnection::run(const std::string& sql, std::span<const PgValue> values) {
  const std::lock_guard lock(mutex_);
  auto known = prepared_.find(sql);
  if (known == prepared_.end()) {
    const std::string name = fmt::format("s{}", prepared_.size());
    checked(PQprepare(connection_, name.c_str(), sql.c_str(), 0, nullptr));
    known = prepared_.emplace(sql, name).first;
  }
  std::vector<const char*> texts(values.size());
  std::vector<int> sizes(values.size());
  std::vector<int> formats(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    texts[i] = values[i].text ? values[i].text->c_str() : nullptr;
    sizes[i] = values[i].text ? static_cast<int>(values[i].text->size()) : 0;
    formats[i] = values[i].bytes ? 1 : 0;
  }
  return checked(PQexecPrepared(connection_, known->second.c_str(), static_cast<int>(values.size()),
                                texts.data(), sizes.data(), formats.data(), 0));
}

PgResult PgConnection::exec(const std::string& sql) {
  const std::lock_guard lock(mutex_);
  return checked(PQexec(connection_, sql.c_str()));
}

void PgConnection::begin(TransactionKind kind) {
  mutex_.lock();
  if (in_transaction_) {
    mutex_.unlock();
    throw StoreError(fmt::format("{}: is in the middle of another change", url_));
  }
  try {
    if (kind == TransactionKind::kSnapshot) {
      exec(
          "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; "
          "SET LOCAL idle_in_transaction_session_timeout = 0");
      in_transaction_ = true;
      return;
    }
    std::string sql = "BEGIN; ";
    if (kind == TransactionKind::kWrite) {
      sql += fmt::format("SELECT pg_advisory_xact_lock({}, 0); ", kLockClass);
    }
    // A member row that this transaction shares cannot be deleted before its end.
    sql += "SELECT txid_current()";
    if (!members_.empty()) {
      sql += fmt::format(
          ", (SELECT COUNT(*) FROM (SELECT 1 FROM members WHERE member_id IN ({}) FOR KEY SHARE) "
          "AS own)",
          fmt::join(members_, ", "));
    }
    const PgResult result = exec(sql);
    in_transaction_ = true;
    transaction_ = PQgetvalue(result.get(), 0, 0);
    if (!members_.empty() && PQgetvalue(result.get(), 0, 1) != std::to_string(members_.size())) {
      throw LeaseLost(fmt::format(
          "{}: this process was stopped, or cut off from the server, for more than {} s; others "
          "may have gone on with its trials: run the same command again",
          url_, std::chrono::seconds(lease_time()).count()));
    }
  } catch (...) {
    rollback();
    throw;
  }
}

void PgConnection::commit() {
  const std::string transaction = transaction_;
  try {
    const PgResult result = exec("COMMIT");
    if (std::string_view(PQcmdStatus(result.get())) != "COMMIT") {
      throw PgError("a change was not kept, as a part of it had failed", "", false);
    }
  } catch (const PgError& error) {
    if (!error.lost || transaction.empty()) {
      throw;
    }
    // Nobody knows yet whether the server had it.
    forget_transaction();
    in_transaction_ = false;
    try {
      reconnect();
    } catch (...) {
      in_transaction_ = true;  // rollback() follows, and lets others in
      throw;
    }
    in_transaction_ = true;
    const std::array values{PgValue{transaction}};
    while (true) {
      const PgResult status = run("SELECT txid_status(CAST($1 AS BIGINT))", values);
      const std::string_view text = PQgetvalue(status.get(), 0, 0);
      if (text == "committed") {
        break;
      }
      if (text != "in progress") {
        throw PgError("the connection was lost before a change was kept", "", true);
      }
      std::this_thread::sleep_for(kFirstPause);
    }
  }
  forget_transaction();
  in_transaction_ = false;
  mutex_.unlock();
}

void PgConnection::rollback() noexcept {
  if (PQstatus(connection_) == CONNECTION_OK && PQtransactionStatus(connection_) != PQTRANS_IDLE) {
    PQclear(PQexec(connection_, "ROLLBACK"));
  }
  forget_transaction();
  in_transaction_ = false;
  mutex_.unlock();
}

void PgConnection::forget_transaction() {
  transaction_.clear();
}

bool PgConnection::in_transaction() const {
  const std::lock_guard lock(mutex_);
  return in_transaction_;
}

void PgConnection::reconnect() {
  const std::lock_guard lock(mutex_);
  if (PQstatus(connection_) == CONNECTION_OK && PQtransactionStatus(connection_) == PQTRANS_IDLE) {
    // Another thread has done so, or the server is about to hang up.
    if (const PgResult alive(PQexec(connection_, "SELECT 1"));
        PQresultStatus(alive.get()) == PGRES_TUPLES_OK) {
      return;
    }
  }
  const std::string cause = first_line(PQerrorMessage(connection_));
  Backoff backoff(kPatience);
  bool told = false;
  while (true) {
    open();
    if (PQstatus(connection_) == CONNECTION_OK) {
      break;
    }
    if (given_up_ || backoff.is_over()) {
      given_up_ = true;
      throw explain_connect(url_, PQerrorMessage(connection_));
    }
    if (!std::exchange(told, true)) {
      tell_of_wait(fmt::format("{}: the connection was lost{}{}; trying again", url_,
                               cause.empty() ? "" : ": ", cause));
    }
    backoff.pause();
  }
  given_up_ = false;
  tell_of_wait(fmt::format("{}: connected again", url_));
}

void PgConnection::add_member(std::int64_t member) {
  const std::lock_guard lock(mutex_);
  members_.insert(member);
}

void PgConnection::remove_member(std::int64_t member) {
  const std::lock_guard lock(mutex_);
  members_.erase(member);
}

}  // namespace hpsearch::storage

#include "storage/postgres/pg_session.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>

#include <fmt/format.h>
#include <libpq-fe.h>
#include <nlohmann/json.hpp>

#include "storage/error.h"
#include "storage/postgres/explain.h"
#include "storage/postgres/files.h"
#include "storage/postgres/lease.h"
#include "storage/postgres/select_rows.h"
#include "storage/sql/columns.h"
#include "storage/sql/transaction.h"
#include "storage/sql/trial_view.h"

namespace hpsearch::storage {
namespace {

// The numbers of types in pg_type.
constexpr Oid kBool = 16;
constexpr Oid kInt8 = 20;
constexpr Oid kInt2 = 21;
constexpr Oid kInt4 = 23;
constexpr Oid kJson = 114;
constexpr Oid kFloat4 = 700;
constexpr Oid kFloat8 = 701;
constexpr Oid kNumeric = 1700;

struct NumberedSql {
  std::string text;
  int values = 0;
};

// `?` and `?1` become $1. Texts and names in quotes stay.
NumberedSql with_numbers(const std::string& sql) {
  std::string result;
  int last = 0;
  char quote = '\0';
  for (std::size_t i = 0; i < sql.size(); ++i) {
    const char c = sql[i];
    if (quote != '\0') {
      quote = c == quote ? '\0' : quote;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '?') {
      int number = 0;
      const auto read = std::from_chars(sql.data() + i + 1, sql.data() + sql.size(), number);
      if (read.ec == std::errc()) {
        i = static_cast<std::size_t>(read.ptr - sql.data()) - 1;
      } else {
        number = last + 1;
      }
      last = std::max(last, number);
      result += fmt::format("${}", number);
      continue;
    }
    result += c;
  }
  return {result, last};
}

template <class Number>
std::optional<Number> read_number(std::string_view text) {
  Number value{};
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  return read.ec == std::errc() && read.ptr == text.data() + text.size() ? std::optional(value)
                                                                         : std::nullopt;
}

// What fmt writes of a double reads back as the same, and not as a whole number.
std::string json_number(double value) {
  std::string text = fmt::format("{}", value);
  return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
}

class PgStatement final : public RawStatement {
 public:
  PgStatement(PgConnection& connection, const std::string& sql)
      : PgStatement(connection, with_numbers(sql)) {}

  void bind_null(int index) override { value(index) = {}; }
  void bind_whole(int index, std::int64_t number) override {
    value(index) = {std::to_string(number)};
  }
  void bind_real(int index, double number) override {
    value(index) = {std::isnan(number)   ? "NaN"
                    : std::isinf(number) ? (number > 0 ? "Infinity" : "-Infinity")
                                         : fmt::format("{}", number)};
  }
  void bind_text(int index, std::string_view text, bool) override {
    value(index) = {std::string(text)};
  }
  // As JSON, which keeps the type.
  void bind_own_type(int index, const Cell& cell) override {
    if (const auto* whole = std::get_if<std::int64_t>(&cell)) {
      value(index) = {std::to_string(*whole)};
    } else if (const auto* real = std::get_if<double>(&cell)) {
      value(index) = std::isfinite(*real) ? PgValue{json_number(*real)} : PgValue{};
    } else if (const auto* text = std::get_if<std::string>(&cell)) {
      value(index) = {
          nlohmann::json(*text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
    } else {
      value(index) = {};
    }
  }
  void clear() noexcept override { std::fill(values_.begin(), values_.end(), PgValue()); }

  bool step() override {
    if (!result_) {
      run();
      row_ = -1;
    }
    return ++row_ < PQntuples(result_.get());
  }
  std::int64_t exec() override {
    run();
    const std::string_view changed = PQcmdTuples(result_.get());
    result_ = nullptr;
    return read_number<std::int64_t>(changed).value_or(0);
  }
  void reset() noexcept override { result_ = nullptr; }

  int columns() override { return PQnfields(described()); }
  std::string name(int column) override { return PQfname(described(), column); }
  ColumnType type(int column) override {
    if (PQgetisnull(result_.get(), row_, column) != 0) {
      return ColumnType::kNull;
    }
    switch (PQftype(result_.get(), column)) {
      case kBool:
      case kInt2:
      case kInt4:
      case kInt8:
        return ColumnType::kWhole;
      case kFloat4:
      case kFloat8:
        return ColumnType::kReal;
      case kNumeric:
        return read_number<std::int64_t>(raw(column)) ? ColumnType::kWhole : ColumnType::kReal;
      case kJson:
        return json_type(raw(column));
      default:
        return ColumnType::kText;
    }
  }
  std::int64_t whole(int column) override {
    const std::string_view text = raw(column);
    if (PQftype(result_.get(), column) == kBool) {
      return text == "t" ? 1 : 0;
    }
    return read_number<std::int64_t>(text).value_or(0);
  }
  double real(int column) override { return read_number<double>(raw(column)).value_or(0.0); }
  std::string_view text(int column) override {
    if (PQftype(result_.get(), column) != kJson || json_type(raw(column)) != ColumnType::kText) {
      return raw(column);
    }
    decoded_ = nlohmann::json::parse(raw(column)).get<std::string>();
    return decoded_;
  }

 private:
  PgStatement(PgConnection& connection, NumberedSql sql)
      : connection_(connection),
        sql_(std::move(sql.text)),
        values_(static_cast<std::size_t>(sql.values)) {}

  PgValue& value(int index) { return values_.at(static_cast<std::size_t>(index) - 1); }
  void run() { result_ = connection_.run(sql_, values_); }
  pg_result* described() {
    if (!result_) {
      run();
      row_ = -1;
    }
    return result_.get();
  }
  std::string_view raw(int column) const {
    return {PQgetvalue(result_.get(), row_, column),
            static_cast<std::size_t>(PQgetlength(result_.get(), row_, column))};
  }
  static ColumnType json_type(std::string_view text) {
    if (text.starts_with('"')) {
      return ColumnType::kText;
    }
    if (text == "null") {
      return ColumnType::kNull;
    }
    return read_number<std::int64_t>(text) ? ColumnType::kWhole : ColumnType::kReal;
  }

  PgConnection& connection_;
  std::string sql_;
  std::vector<PgValue> values_;
  PgResult result_;
  int row_ = -1;
  std::string decoded_;
};

}  // namespace

PgSession::PgSession(std::filesystem::path url)
    : path_(std::move(url)), connection_(PgConnection::of(path_.native())) {}

std::unique_ptr<RawStatement> PgSession::prepare(const std::string& sql) {
  return std::make_unique<PgStatement>(*connection_, sql);
}

void PgSession::exec(const std::string& sql) {
  connection_->exec(sql);
}

void PgSession::explain(bool repeatable) {
  const bool inside = connection_->in_transaction();
  try {
    throw;
  } catch (const PgError& error) {
    // 40001 and 40P01: others were in the way, as they may be.
    const bool passing = error.state == "40001" || error.state == "40P01";
    if (repeatable && !inside && passing) {
      return;
    }
    if (repeatable && !inside && error.lost) {
      connection_->reconnect();
      return;
    }
    if (repeatable && inside && (error.lost || passing)) {
      throw;  // whoever began the transaction does all of it again
    }
    throw explain_statement(path_.native(), error);
  } catch (const DamagedRow& error) {
    throw StoreError(fmt::format("{}: damaged: {}; go back to a copy of the database",
                                 path_.native(), error.what()));
  }
}

std::vector<std::string> PgSession::column_names(const std::string& table) {
  Statement s(*this,
              "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(?) AND attnum > 0 AND "
              "NOT attisdropped ORDER BY attnum");
  s.bind(1, table);
  std::vector<std::string> names;
  while (s.step()) {
    names.push_back(s.column(0).text());
  }
  return names;
}

std::int64_t PgSession::data_version() {
  // Which transactions have ended: the same as long as none that writes has.
  Statement s(*this, "SELECT txid_current_snapshot()");
  s.step();
  return static_cast<std::int64_t>(std::hash<std::string>()(s.column(0).text()) >> 1U);
}

void PgSession::rename_view(const std::string& sweep, const std::string& new_name) {
  exec(fmt::format("ALTER VIEW IF EXISTS {} RENAME TO {}", trial_view_name(dialect_, sweep),
                   trial_view_name(dialect_, new_name)));
}

bool PgSession::is_being_run(std::int64_t sweep_id) {
  return !living_members(*this, sweep_id).empty();
}

std::unique_ptr<SweepHold> PgSession::hold_sweep(std::int64_t sweep_id, const std::string& name) {
  return std::make_unique<PgSweepHold>(path_.native(), sweep_id, name);
}

void PgSession::keep_file(const std::string& path) {
  write_file(*connection_, path);
}

TrialTable PgSession::select(const std::string& sweep,
                             const std::string& metric,
                             const Selection& selection) {
  return select_pg_rows(*this, sweep, metric, selection);
}

}  // namespace hpsearch::storage

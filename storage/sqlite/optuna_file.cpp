#include "storage/optuna_file.h"

#include <cmath>

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include "storage/sqlite/optuna_sql.h"
#include "storage/sqlite/transaction.h"

namespace hpsearch::storage {
namespace {

constexpr std::int64_t kStudy = 1;

void bind_text(SQLite::Statement& s, int index, const std::optional<std::string>& value) {
  if (value) {
    s.bind(index, *value);
  } else {
    s.bind(index);
  }
}

// What is not finite is told by its type.
void bind_real(SQLite::Statement& s, int index, double value) {
  if (std::isfinite(value)) {
    s.bind(index, value);
  } else {
    s.bind(index);
  }
}

const char* type_of(double value) {
  if (std::isnan(value)) {
    return "NAN";
  }
  return std::isfinite(value) ? "FINITE" : value > 0.0 ? "INF_POS" : "INF_NEG";
}

}  // namespace

struct OptunaFile::Impl {
  explicit Impl(const std::filesystem::path& file) : path(file), db(make(file)) {}

  // Opens the file with its tables, so that the statements below can be prepared.
  static SQLite::Database make(const std::filesystem::path& file) {
    SQLite::Database db(std::filesystem::absolute(file).string(),
                        SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    // No journal: there is nothing to lose yet, and no side file may remain.
    db.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF");
    db.exec(kOptunaSchema);
    return db;
  }

  // Runs an INSERT of (owner, key, value).
  static void insert_attributes(SQLite::Statement& s,
                                std::int64_t owner,
                                const JsonAttributes& attributes) {
    for (const auto& [key, json] : attributes) {
      s.reset();
      s.bind(1, owner);
      s.bind(2, key);
      s.bind(3, json);
      s.exec();
    }
  }

  void insert_study(const OptunaStudy& study) {
    SQLite::Statement row(db, "INSERT INTO studies VALUES (?, ?)");
    row.bind(1, kStudy);
    row.bind(2, study.name);
    row.exec();
    SQLite::Statement direction(
        db, "INSERT INTO study_directions(direction, study_id, objective) VALUES (?, ?, 0)");
    direction.bind(1, study.maximize ? "MAXIMIZE" : "MINIMIZE");
    direction.bind(2, kStudy);
    direction.exec();
    SQLite::Statement attributes(
        db, "INSERT INTO study_user_attributes(study_id, key, value_json) VALUES (?, ?, ?)");
    insert_attributes(attributes, kStudy, study.attributes);
  }

  void insert_trial(const OptunaTrial& t) {
    const std::int64_t id = trials + 1;
    trial.reset();
    trial.bind(1, id);
    trial.bind(2, trials++);
    trial.bind(3, kStudy);
    trial.bind(4, t.state);
    bind_text(trial, 5, t.started);
    bind_text(trial, 6, t.finished);
    trial.exec();
    if (t.value) {
      value.reset();
      value.bind(1, id);
      bind_real(value, 2, *t.value);
      value.bind(3, type_of(*t.value));
      value.exec();
    }
    for (const OptunaParam& p : t.params) {
      param.reset();
      param.bind(1, id);
      param.bind(2, p.name);
      param.bind(3, p.value);
      param.bind(4, p.distribution_json);
      param.exec();
    }
    for (const auto& [number, v] : t.steps) {
      step.reset();
      step.bind(1, id);
      step.bind(2, number);
      bind_real(step, 3, v);
      step.bind(4, type_of(v));
      step.exec();
    }
    insert_attributes(user, id, t.attributes);
    insert_attributes(system, id, t.system_attributes);
  }

  std::filesystem::path path;
  SQLite::Database db;
  FileTransaction transaction{db, FileTransaction::Kind::kDeferred};  // all trials
  std::int64_t trials = 0;
  SQLite::Statement trial{db, "INSERT INTO trials VALUES (?, ?, ?, ?, ?, ?)"};
  SQLite::Statement value{
      db, "INSERT INTO trial_values(trial_id, objective, value, value_type) VALUES (?, 0, ?, ?)"};
  SQLite::Statement param{
      db,
      "INSERT INTO trial_params(trial_id, param_name, param_value, distribution_json) VALUES "
      "(?, ?, ?, ?)"};
  SQLite::Statement step{
      db,
      "INSERT INTO trial_intermediate_values(trial_id, step, intermediate_value, "
      "intermediate_value_type) VALUES (?, ?, ?, ?)"};
  SQLite::Statement user{
      db, "INSERT INTO trial_user_attributes(trial_id, key, value_json) VALUES (?, ?, ?)"};
  SQLite::Statement system{
      db, "INSERT INTO trial_system_attributes(trial_id, key, value_json) VALUES (?, ?, ?)"};
};

OptunaFile::OptunaFile(const std::filesystem::path& path, const OptunaStudy& study) {
  guarded(path, [&] {
    impl_ = std::make_unique<Impl>(path);
    impl_->insert_study(study);
  });
}

OptunaFile::~OptunaFile() = default;

void OptunaFile::add(const OptunaTrial& trial) {
  guarded(impl_->path, [&] { impl_->insert_trial(trial); });
}

void OptunaFile::finish() {
  guarded(impl_->path, [&] { impl_->transaction.commit(); });
  impl_ = nullptr;
}

}  // namespace hpsearch::storage

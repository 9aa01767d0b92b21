#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "storage/sqlite/store_impl.h"
#include "storage/store.h"
#include "storage/utc_now.h"

namespace hpsearch::storage {
namespace {

// Rows per INSERT: eight rows in one statement cost half as much as eight statements.
constexpr std::size_t kMetricsAtOnce = 8;

// A NaN accuracy means that there is none, as in a regression, so it is not an anomaly.
std::string nonfinite_names(const nn::EpochRecord& r) {
  std::string names;
  auto check = [&](double value, const char* name) {
    if (!std::isfinite(value)) {
      names += names.empty() ? name : fmt::format(",{}", name);
    }
  };
  auto check_defined = [&](double value, const char* name) {
    if (!std::isnan(value)) {
      check(value, name);
    }
  };
  check(r.train_loss, "train_loss");
  check_defined(r.train_accuracy, "train_accuracy");
  check(r.val_loss, "val_loss");
  check_defined(r.val_accuracy, "val_accuracy");
  check(r.learning_rate, "learning_rate");
  check(r.grad_norm, "grad_norm");
  check(r.weight_norm, "weight_norm");
  check(r.update_ratio, "update_ratio");
  return names;
}

void bind_value(SQLite::Statement& s, int index, const nn::Value& value) {
  if (const auto* b = std::get_if<bool>(&value)) {
    s.bind(index, *b ? 1 : 0);
  } else if (const auto* i = std::get_if<std::int64_t>(&value)) {
    s.bind(index, *i);
  } else if (const auto* d = std::get_if<double>(&value)) {
    s.bind(index, *d);
  } else {
    s.bind(index, nn::to_text(value));
  }
}

}  // namespace

void Store::Impl::insert_params(std::int64_t trial_id, const TrialStart& start) {
  std::size_t i = 0;
  for (const auto& [name, value] : start.params) {
    auto& param = prepare("INSERT OR IGNORE INTO params VALUES (?, ?, ?, ?)");
    param.bind(1, trial_id);
    param.bind(2, name);
    bind_value(param, 3, value);
    bind_real(param, 4, i < start.units.size() ? start.units[i] : std::nullopt);
    run(param);
    ++i;
  }
}

void Store::Impl::write_gathered() {
  const auto bind = [](SQLite::Statement& s, int first, const Metric& metric) {
    s.bind(first, metric.trial_id);
    s.bind(first + 1, metric.epoch);
    s.bindNoCopy(first + 2, metric.name);  // `metrics` keeps the name alive until the statement ran
    s.bind(first + 3, metric.value);
  };
  std::size_t next = 0;
  for (; next + kMetricsAtOnce <= metrics.size(); next += kMetricsAtOnce) {
    auto& s = prepare(
        "INSERT OR REPLACE INTO metrics VALUES (?, 0, ?, ?, ?), (?, 0, ?, ?, ?), (?, 0, ?, ?, ?), "
        "(?, 0, ?, ?, ?), (?, 0, ?, ?, ?), (?, 0, ?, ?, ?), (?, 0, ?, ?, ?), (?, 0, ?, ?, ?)");
    for (std::size_t i = 0; i < kMetricsAtOnce; ++i) {
      bind(s, static_cast<int>(4 * i + 1), metrics[next + i]);
    }
    run(s);
  }
  for (; next < metrics.size(); ++next) {
    auto& s = prepare("INSERT OR REPLACE INTO metrics VALUES (?, 0, ?, ?, ?)");
    bind(s, 1, metrics[next]);
    run(s);
  }
  for (const auto& [trial_id, epochs] : epochs_done) {
    const auto write = [&](SQLite::Statement& s) {
      s.bind(1, epochs);
      s.bind(2, trial_id);
      run(s);
    };
    write(prepare("UPDATE trials SET epochs_done = ? WHERE trial_id = ?"));
    write(prepare("UPDATE replicates SET epochs_done = ? WHERE trial_id = ? AND replicate = 0"));
  }
  forget_gathered();
}

void Store::Impl::forget_gathered() {
  metrics.clear();
  epochs_done.clear();
}

void Store::begin() {
  impl_->guarded([&] { impl_->db->exec("BEGIN IMMEDIATE"); });
  impl_->grouped = true;
}

void Store::commit() {
  impl_->require_same_file();
  impl_->guarded([&] {
    impl_->write_gathered();
    impl_->db->exec("COMMIT");
  });
  impl_->grouped = false;
}

void Store::rollback() noexcept {
  impl_->forget_gathered();
  impl_->running.clear();  // the rows that these ids name may be gone
  impl_->grouped = false;
  sqlite3_exec(impl_->db->getHandle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Store::begin_stage(std::int64_t sweep_id, const StageRow& stage, const EventRow& event) {
  impl_->guarded([&] {
    impl_->insert_stage(sweep_id, stage);
    impl_->insert_event(sweep_id, std::nullopt, event);
  });
}

void Store::start_trial(std::int64_t sweep_id, const TrialStart& start) {
  impl_->guarded([&] {
    const std::string now = start.at.empty() ? utc_now() : start.at;
    // A further attempt keeps the row with its seed and parameters.
    auto& s = impl_->prepare(
        "INSERT INTO trials(sweep_id, number, state, epochs, seed, stage, attempt, params_json, "
        "params_hash, "
        "created_at, started_at, worker, origin, parent) VALUES (?1, ?2, 'running', ?3, ?4, ?5, "
        "?6, ?7, ?8, ?9, ?9, ?10, ?11, ?12) "
        "ON CONFLICT(sweep_id, number) DO UPDATE SET state = 'running', attempt = "
        "excluded.attempt, "
        "started_at = excluded.started_at, worker = excluded.worker, reason = NULL");
    s.bind(1, sweep_id);
    bind_unsigned(s, 2, start.number);
    s.bind(3, start.epochs);
    bind_unsigned(s, 4, start.seed);
    s.bind(5, start.stage);
    s.bind(6, start.attempt);
    s.bind(7, search::params_json(start.params));
    s.bind(8, search::params_hash(start.params));
    s.bind(9, now);
    s.bind(10, start.worker);
    s.bind(11, start.origin);
    if (start.parent) {
      bind_unsigned(s, 12, *start.parent);
    }
    Impl::run(s);
    const std::int64_t id = impl_->trial_id(sweep_id, start.number);
    impl_->running[{sweep_id, start.number}] = id;
    impl_->insert_params(id, start);
    auto& replicate = impl_->prepare(
        "INSERT INTO replicates(trial_id, replicate, seed, state) VALUES (?, 0, ?, 'running') "
        "ON CONFLICT(trial_id, replicate) DO UPDATE SET state = 'running'");
    replicate.bind(1, id);
    bind_unsigned(replicate, 2, start.seed);
    Impl::run(replicate);
    if (start.attempt > 1) {
      impl_->insert_event(sweep_id, id,
                          {"resumed", nn::json_text(nlohmann::json{{"attempt", start.attempt}})});
    }
  });
}

void Store::record_epoch(std::int64_t sweep_id, std::uint64_t number, const nn::EpochRecord& r) {
  impl_->guarded([&] {
    const std::int64_t id = impl_->trial_id(sweep_id, number);
    auto& s = impl_->prepare(
        "INSERT OR REPLACE INTO epochs VALUES (?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    s.bind(1, id);
    s.bind(2, r.epoch);
    int column = 3;
    for (const double value :
         {r.train_loss, r.train_accuracy, r.val_loss, r.val_accuracy, r.learning_rate, r.grad_norm,
          r.weight_norm, r.update_ratio, r.seconds}) {
      bind_real(s, column++, value);
    }
    if (const std::string names = nonfinite_names(r); !names.empty()) {
      s.bind(column, names);
    }
    Impl::run(s);
    const auto add_metric = [&](int epoch, std::string_view metric, double value) {
      if (std::isfinite(value)) {
        impl_->metrics.push_back({id, epoch, std::string(metric), value});
      }
    };
    for (const nn::EpochMetric& metric : nn::kEpochMetrics) {
      add_metric(r.epoch, metric.name, r.*metric.field);
    }
    for (const nn::SeriesValue& value : r.series) {
      add_metric(value.epoch, value.name, value.value);
    }
    impl_->epochs_done[id] = r.epoch;
    if (!impl_->grouped) {
      impl_->write_gathered();
    }
  });
}

void Store::end_trial(std::int64_t sweep_id, const TrialEnd& end) {
  impl_->guarded([&] {
    const std::int64_t id = impl_->trial_id(sweep_id, end.number);
    auto bind_best = [&](SQLite::Statement& s, int value, int best_epoch) {
      bind_real(s, value, end.value);
      if (end.value) {
        s.bind(best_epoch, end.best_epoch);
      }
    };
    auto& s = impl_->prepare(
        "UPDATE trials SET state = ?, value = ?, best_epoch = ?, score = ?, epochs_done = ?, "
        "seconds = ?, "
        "reason = ?, finished_at = ? WHERE trial_id = ?");
    const std::string state(search::to_text(end.state));
    s.bind(1, state);
    bind_best(s, 2, 3);
    bind_real(s, 4, end.score);
    s.bind(5, end.epochs_done);
    s.bind(6, end.seconds);
    if (!end.reason.empty()) {
      s.bind(7, end.reason);
    }
    if (search::is_finished(end.state)) {
      s.bind(8, end.at.empty() ? utc_now() : end.at);
    }
    s.bind(9, id);
    Impl::run(s);
    auto& replicate = impl_->prepare(
        "UPDATE replicates SET state = ?, value = ?, best_epoch = ?, epochs_done = ?, seconds = ? "
        "WHERE trial_id = ? AND replicate = 0");
    replicate.bind(1, state);
    bind_best(replicate, 2, 3);
    replicate.bind(4, end.epochs_done);
    replicate.bind(5, end.seconds);
    replicate.bind(6, id);
    Impl::run(replicate);
    impl_->epochs_done.erase(id);  // or it would overwrite the final number at commit()
    impl_->running.erase({sweep_id, end.number});
  });
}

void Store::add_event(std::int64_t sweep_id,
                      std::optional<std::uint64_t> number,
                      const EventRow& event) {
  impl_->guarded([&] {
    std::optional<std::int64_t> id;
    if (number) {
      id = impl_->trial_id(sweep_id, *number);
    }
    impl_->insert_event(sweep_id, id, event);
  });
}

void Store::add_active_seconds(std::int64_t sweep_id, double seconds) {
  impl_->guarded([&] {
    auto& s =
        impl_->prepare("UPDATE sweeps SET active_seconds = active_seconds + ? WHERE sweep_id = ?");
    s.bind(1, seconds);
    s.bind(2, sweep_id);
    Impl::run(s);
  });
}

}  // namespace hpsearch::storage

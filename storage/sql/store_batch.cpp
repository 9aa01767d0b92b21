#include <cmath>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "nn/base/python_text.h"
#include "storage/judged_event.h"
#include "storage/sql/sql_store.h"
#include "storage/utc_now.h"

namespace hpsearch::storage {
namespace {

constexpr std::size_t kMetricsAtOnce = 8;

// A trial's own row tells of this one.
constexpr int kFirstReplicate = 0;

// The columns that are not finite. The time is no result, and an accuracy that is NaN is none: a
// regression has no such thing.
std::string nonfinite_names(const nn::EpochRecord& record) {
  std::string names;
  if (record.reported) {
    return names;  // what a program does not report is none
  }
  for (const nn::EpochColumn& column : nn::kEpochColumns) {
    const double value = record.*column.field;
    if (column.role == nn::EpochColumn::Role::kTime || std::isfinite(value) ||
        (column.role == nn::EpochColumn::Role::kAccuracy && std::isnan(value))) {
      continue;
    }
    names += names.empty() ? "" : ",";
    names += column.name;
  }
  return names;
}

Cell cell_of(const nn::Value& value) {
  if (const auto* b = std::get_if<bool>(&value)) {
    return std::int64_t{*b ? 1 : 0};
  }
  if (const auto* i = std::get_if<std::int64_t>(&value)) {
    return *i;
  }
  if (const auto* d = std::get_if<double>(&value)) {
    return *d;
  }
  if (std::holds_alternative<nn::NullValue>(value)) {
    return nn::NullValue();
  }
  return std::holds_alternative<nn::ValueMap>(value) ? nn::python_json(value) : nn::to_text(value);
}

}  // namespace

void SqlStore::insert_params(std::int64_t trial_id, const TrialStart& start) {
  std::size_t i = 0;
  for (const auto& [name, value] : start.params) {
    auto& param = prepare("INSERT INTO params VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING");
    param.bind(1, trial_id);
    param.bind(2, name);
    param.bind_own_type(3, cell_of(value));
    bind_real(param, 4, i < start.units.size() ? start.units[i] : std::nullopt);
    param.exec();
    ++i;
  }
}

void SqlStore::commit(std::int64_t sweep_id, std::span<const Entry> batch, double active_seconds) {
  guarded(*db_, [&] {
    try {
      Transaction transaction(*db_, Transaction::Kind::kRows);
      Gathered gathered;
      for (const Entry& entry : batch) {
        if (is_fenced(sweep_id, entry)) {
          continue;
        }
        std::visit([&](const auto& one) { write(sweep_id, one, gathered); }, entry);
      }
      write(gathered);
      if (active_seconds != 0.0) {
        auto& s =
            prepare("UPDATE sweeps SET active_seconds = active_seconds + ? WHERE sweep_id = ?");
        s.bind(1, active_seconds);
        s.bind(2, sweep_id);
        s.exec();
      }
      transaction.commit();
    } catch (...) {
      running_.clear();  // some of these rows are gone again
      throw;
    }
  });
}

void SqlStore::write(std::int64_t sweep_id, const StageEntry& entry, Gathered&) {
  insert_stage(sweep_id, entry.stage);
  insert_event(sweep_id, std::nullopt, entry.event);
}

void SqlStore::write(std::int64_t sweep_id, const TrialStart& start, Gathered&) {
  auto& s = prepare(
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
  s.bind(9, start.at.empty() ? utc_now() : start.at);
  s.bind(10, start.worker);
  s.bind(11, std::string(to_text(start.origin)));
  if (start.parent) {
    bind_unsigned(s, 12, *start.parent);
  }
  s.exec();
  const std::int64_t id = trial_id(sweep_id, start.number);
  running_[{sweep_id, start.number}] = id;
  insert_params(id, start);
  if (!start.in_folds) {
    insert_replicate({id, kFirstReplicate}, start.seed, std::nullopt);
  }
  if (start.attempt > 1) {
    insert_event(sweep_id, id, Resumed{start.attempt}.to_row());
  }
}

void SqlStore::insert_replicate(TrainingId training, std::uint64_t seed, std::optional<int> fold) {
  auto& s = prepare(
      "INSERT INTO replicates(trial_id, replicate, seed, fold, state) VALUES (?, ?, ?, ?, "
      "'running') ON CONFLICT(trial_id, replicate) DO UPDATE SET state = 'running'");
  s.bind(1, training.trial_id);
  s.bind(2, training.replicate);
  bind_unsigned(s, 3, seed);
  if (fold) {
    s.bind(4, *fold);
  }
  s.exec();
}

void SqlStore::write(std::int64_t sweep_id, const ReplicateStart& start, Gathered&) {
  insert_replicate({trial_id(sweep_id, start.training.number), start.training.replicate},
                   start.seed, start.fold);
}

void SqlStore::write(std::int64_t sweep_id, const ReplicateEnd& end, Gathered& gathered) {
  const std::int64_t id = trial_id(sweep_id, end.training.number);
  end_replicate({id, end.training.replicate}, std::string(search::to_text(end.state)), end.value,
                end.best_epoch, end.epochs_done, end.seconds);
  gathered.epochs_done.erase({id, end.training.replicate});
  if (search::is_finished(end.state)) {
    forget_checkpoint(id, end.training.replicate);
  }
}

void SqlStore::end_replicate(TrainingId training,
                             const std::string& state,
                             std::optional<double> value,
                             int best_epoch,
                             int epochs_done,
                             double seconds) {
  auto& s = prepare(
      "UPDATE replicates SET state = ?, value = ?, best_epoch = ?, epochs_done = ?, seconds = ? "
      "WHERE trial_id = ? AND replicate = ?");
  s.bind(1, state);
  bind_real(s, 2, value);
  if (value) {
    s.bind(3, best_epoch);
  }
  s.bind(4, epochs_done);
  s.bind(5, seconds);
  s.bind(6, training.trial_id);
  s.bind(7, training.replicate);
  s.exec();
}

void SqlStore::write_columns(const TrainingId& training, const nn::EpochRecord& record) {
  auto& s = prepare(
      "INSERT INTO epochs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(trial_id, "
      "replicate, epoch) DO UPDATE SET train_loss = excluded.train_loss, train_accuracy = "
      "excluded.train_accuracy, val_loss = excluded.val_loss, val_accuracy = "
      "excluded.val_accuracy, learning_rate = excluded.learning_rate, grad_norm = "
      "excluded.grad_norm, weight_norm = excluded.weight_norm, update_ratio = "
      "excluded.update_ratio, seconds = excluded.seconds, nonfinite = excluded.nonfinite");
  s.bind(1, training.trial_id);
  s.bind(2, training.replicate);
  s.bind(3, record.epoch);
  int place = 4;
  for (const nn::EpochColumn& column : nn::kEpochColumns) {
    bind_real(s, place++, record.*column.field);
  }
  if (const std::string names = nonfinite_names(record); !names.empty()) {
    s.bind(place, names);
  }
  s.exec();
}

void SqlStore::write(std::int64_t sweep_id, const EpochEntry& entry, Gathered& gathered) {
  const nn::EpochRecord& record = entry.record;
  const TrainingId training(trial_id(sweep_id, entry.training.number), entry.training.replicate);
  if (!record.addition) {
    write_columns(training, record);
    gathered.epochs_done[{training.trial_id, training.replicate}] = record.epoch;
  }
  const auto gather = [&](int epoch, std::string_view metric, double value) {
    if (std::isfinite(value)) {
      gathered.metrics.push_back({training, epoch, std::string(metric), value});
    }
  };
  for (const nn::EpochMetric& metric : nn::kEpochMetrics) {
    gather(record.epoch, metric.name, record.*metric.field);
  }
  for (const nn::SeriesValue& value : record.series) {
    gather(value.epoch, value.name, value.value);
  }
}

void SqlStore::write(std::int64_t sweep_id, const TrialEnd& end, Gathered& gathered) {
  const std::int64_t id = trial_id(sweep_id, end.number);
  auto& s = prepare(
      "UPDATE trials SET state = ?, value = ?, best_epoch = ?, score = ?, epochs_done = ?, "
      "seconds = ?, "
      "reason = ?, finished_at = ? WHERE trial_id = ?");
  const std::string state(search::to_text(end.state));
  s.bind(1, state);
  bind_real(s, 2, end.value);
  if (end.value && !end.in_folds) {
    s.bind(3, end.best_epoch);
  }
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
  s.exec();
  if (!end.in_folds) {
    end_replicate({id, kFirstReplicate}, state, end.value, end.best_epoch, end.epochs_done,
                  end.seconds);
    gathered.epochs_done.erase({id, kFirstReplicate});
  }
  if (end.in_folds) {
    write_spread(id, end.values);
  }
  if (end.folds) {
    const auto delete_from = [&](Statement& others) {
      others.bind(1, id);
      others.bind(2, *end.folds);
      others.exec();
    };
    const auto is_other = [&](const TrainingId& training) {
      return training.trial_id == id && training.replicate >= *end.folds;
    };
    std::erase_if(gathered.metrics, [&](const auto& one) { return is_other(one.training); });
    std::erase_if(gathered.epochs_done, [&](const auto& one) {
      return is_other({one.first.first, one.first.second});
    });
    delete_from(prepare("DELETE FROM epochs WHERE trial_id = ? AND replicate >= ?"));
    delete_from(prepare("DELETE FROM metrics WHERE trial_id = ? AND replicate >= ?"));
    delete_from(prepare("DELETE FROM replicates WHERE trial_id = ? AND replicate >= ?"));
  }
  if (end.verdict) {
    write_verdict(sweep_id, id, *end.verdict);
  }
  if (!end.judgements.empty()) {
    insert_event(sweep_id, id, Judged{end.judgements}.to_row());
  }
  if (end.state == search::TrialState::kPruned) {
    insert_event(sweep_id, id, Pruned{end.epochs_done, end.reason}.to_row());
  }
  if (search::is_finished(end.state) && !end.paused) {
    forget_checkpoint(id, std::nullopt);
  }
  running_.erase({sweep_id, end.number});
}

void SqlStore::write(std::int64_t sweep_id, const EventEntry& entry, Gathered&) {
  insert_event(sweep_id,
               entry.number ? std::optional(trial_id(sweep_id, *entry.number)) : std::nullopt,
               entry.event);
}

// A statement cannot write a row twice. What a batch says again, says the same training again.
std::vector<SqlStore::Gathered::Metric> SqlStore::latest(std::vector<Gathered::Metric> metrics) {
  std::set<std::tuple<std::int64_t, int, int, std::string_view>> seen;
  std::vector<bool> old(metrics.size());
  for (std::size_t i = metrics.size(); i-- > 0;) {
    const Gathered::Metric& one = metrics[i];
    old[i] =
        !seen.emplace(one.training.trial_id, one.training.replicate, one.epoch, one.name).second;
  }
  if (seen.size() == metrics.size()) {
    return metrics;
  }
  std::vector<Gathered::Metric> latest;
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    if (!old[i]) {
      latest.push_back(std::move(metrics[i]));
    }
  }
  return latest;
}

void SqlStore::write(const Gathered& gathered) {
  const auto bind = [](Statement& s, int first, const Gathered::Metric& metric) {
    s.bind(first, metric.training.trial_id);
    s.bind(first + 1, metric.training.replicate);
    s.bind(first + 2, metric.epoch);
    s.bind_view(first + 3, metric.name);
    s.bind(first + 4, metric.value);
  };
  const std::vector<Gathered::Metric> metrics = latest(gathered.metrics);
  std::size_t next = 0;
  for (; next + kMetricsAtOnce <= metrics.size(); next += kMetricsAtOnce) {
    auto& s = prepare(
        "INSERT INTO metrics VALUES (?, ?, ?, ?, ?), (?, ?, ?, ?, ?), (?, ?, ?, ?, ?), "
        "(?, ?, ?, ?, ?), (?, ?, ?, ?, ?), (?, ?, ?, ?, ?), (?, ?, ?, ?, ?), (?, ?, ?, ?, ?) "
        "ON CONFLICT(trial_id, name, replicate, epoch) DO UPDATE SET value = excluded.value");
    for (std::size_t i = 0; i < kMetricsAtOnce; ++i) {
      bind(s, static_cast<int>(5 * i + 1), metrics[next + i]);
    }
    s.exec();
  }
  for (; next < metrics.size(); ++next) {
    auto& s = prepare(
        "INSERT INTO metrics VALUES (?, ?, ?, ?, ?) ON CONFLICT(trial_id, name, replicate, epoch) "
        "DO UPDATE SET value = excluded.value");
    bind(s, 1, metrics[next]);
    s.exec();
  }
  for (const auto& [training, epochs] : gathered.epochs_done) {
    const auto& [trial_id, replicate] = training;
    auto& row =
        prepare("UPDATE replicates SET epochs_done = ? WHERE trial_id = ? AND replicate = ?");
    row.bind(1, epochs);
    row.bind(2, trial_id);
    row.bind(3, replicate);
    row.exec();
    auto& trial = prepare(
        "UPDATE trials SET epochs_done = (SELECT SUM(r.epochs_done) FROM replicates r WHERE "
        "r.trial_id = ?1) WHERE trial_id = ?1 AND state = 'running'");
    trial.bind(1, trial_id);
    trial.exec();
  }
}

}  // namespace hpsearch::storage

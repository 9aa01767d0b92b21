// Converts between the columns of statements and plain values. Internal to storage.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "storage/records.h"
#include "storage/sql/columns.h"

namespace hpsearch::storage {

// SQLite stores NaN as NULL anyway, and so does this program everywhere; infinity becomes NULL too,
// because scripts rarely handle it.
inline void bind_real(Statement& s, int index, std::optional<double> value) {
  if (value && std::isfinite(*value)) {
    s.bind(index, *value);
  } else {
    s.bind(index);
  }
}
inline void bind_text(Statement& s, int index, const std::optional<std::string>& value) {
  if (value) {
    s.bind(index, *value);
  } else {
    s.bind(index);
  }
}
inline void bind_unsigned(Statement& s, int index, std::uint64_t value) {
  s.bind(index, static_cast<std::int64_t>(value));
}

// A database of an older schema is read as it is.
inline bool knows_remarks(Session& db) {
  return db.table_exists("notes");
}

// What read_sweep() reads.
inline std::string sweep_columns(Session& db) {
  return fmt::format(
      "sweep_id, name, method, metric, goal, seed, config_yaml, config_hash, data_json, state, "
      "created_at, finished_at, active_seconds, stop_reason, host_json, {}",
      knows_remarks(db) ? "archived_at" : "NULL AS archived_at");
}

inline SweepRow read_sweep(Statement& s) {
  const std::string state_text = s.column(9).text();
  const auto state = sweep_state(state_text);
  if (!state) {
    throw DamagedRow(
        fmt::format("sweep '{}' has the unknown state '{}'", s.column(1).text(), state_text));
  }
  std::optional<StopReason> reason;
  if (const auto text = text_or_null(s.column(13))) {
    reason = stop_reason(*text).value_or(StopReason::kUnknown);
  }
  return {s.column(0).int64(),        s.column(1).text(),
          s.column(2).text(),         s.column(3).text(),
          s.column(4).text(),         static_cast<std::uint64_t>(whole(s.column(5), 0, kMaxNumber)),
          s.column(6).text(),         s.column(7).text(),
          s.column(8).text(),         *state,
          s.column(10).text(),        text_or_null(s.column(11)),
          real(s.column(12)),         reason,
          text_or_null(s.column(14)), text_or_null(s.column(15))};
}

inline std::uint64_t trial_number(const Column& c) {
  return static_cast<std::uint64_t>(whole(c, 0, kMaxNumber));
}

inline constexpr char kTrialColumns[] =
    "trial_id, number, state, value, best_epoch, epochs_done, epochs, seed, stage, attempt, "
    "params_json, finished_at, seconds, reason, origin, parent, worker, started_at";

// Likewise.
inline bool knows_results(Session& db) {
  return db.table_exists("results");
}

// What read_trial() reads.
inline std::string trial_columns(Session& db) {
  return fmt::format("{}, {}", kTrialColumns, knows_results(db) ? "violation" : "0.0");
}

inline TrialRow read_trial(Statement& s) {
  const std::string text = s.column(2).text();
  const auto state = search::trial_state(text);
  if (!state) {
    throw DamagedRow(fmt::format("a trial has the unknown state '{}'", text));
  }
  const std::string origin_text = s.column(14).text();
  const auto known_origin = origin(origin_text);
  if (!known_origin) {
    throw DamagedRow(fmt::format("a trial has the unknown origin '{}'", origin_text));
  }
  return {s.column(0).int64(),
          trial_number(s.column(1)),
          *state,
          real_or_null(s.column(3)),
          whole_int_or_null(s.column(4), 0, kMaxEpoch),
          whole_int(s.column(5), 0, kMaxEpoch),
          whole_int(s.column(6), 0, kMaxEpoch),
          static_cast<std::uint64_t>(whole(s.column(7), 0, kMaxNumber)),
          whole_int(s.column(8), 0, kMaxStage),
          whole_int(s.column(9), 0, kMaxAttempt),
          s.column(10).text(),
          text_or_null(s.column(11)),
          real_or_null(s.column(12)),
          text_or_null(s.column(13)),
          *known_origin,
          s.column(15).is_null() ? std::nullopt : std::optional(trial_number(s.column(15))),
          text_or_null(s.column(16)),
          text_or_null(s.column(17)),
          real(s.column(18))};
}

// "epoch, train_loss, ...": what read_epoch() reads.
inline std::string epoch_columns() {
  std::string names = "epoch";
  for (const nn::EpochColumn& column : nn::kEpochColumns) {
    names += fmt::format(", {}", column.name);
  }
  return names;
}

// NULL reads as NaN; whether it was an infinity is not stored.
inline nn::EpochRecord read_epoch(Statement& s) {
  nn::EpochRecord record;
  record.epoch = whole_int(s.column(0), 0, kMaxEpoch);
  int place = 1;
  for (const nn::EpochColumn& column : nn::kEpochColumns) {
    record.*column.field =
        real_or_null(s.column(place++)).value_or(std::numeric_limits<double>::quiet_NaN());
  }
  return record;
}

// --- Queries that Store and Queries share ----------------------------------------------------

inline std::vector<StageRow> select_stages(Session& db, std::int64_t sweep_id) {
  Statement s(db,
              "SELECT stage, epochs, trials, space_json FROM stages WHERE sweep_id = ? "
              "ORDER BY stage");
  s.bind(1, sweep_id);
  std::vector<StageRow> rows;
  while (s.step()) {
    rows.push_back({whole_int(s.column(0), 0, kMaxStage),
                    whole_int_or_null(s.column(1), 0, kMaxEpoch), whole(s.column(2), 0, kMaxNumber),
                    s.column(3).text()});
  }
  return rows;
}

inline std::vector<TrialRow> select_trials(Session& db, std::int64_t sweep_id) {
  Statement s(db, fmt::format("SELECT {} FROM trials WHERE sweep_id = ? ORDER BY number",
                              trial_columns(db)));
  s.bind(1, sweep_id);
  std::vector<TrialRow> rows;
  while (s.step()) {
    rows.push_back(read_trial(s));
  }
  return rows;
}

inline std::map<std::uint64_t, search::TrialResults> select_results(Session& db,
                                                                    std::int64_t sweep_id) {
  std::map<std::uint64_t, search::TrialResults> results;
  if (!knows_results(db)) {
    return results;
  }
  Statement s(db,
              "SELECT t.number, r.name, r.value FROM trials t JOIN results r USING(trial_id) "
              "WHERE t.sweep_id = ?");
  s.bind(1, sweep_id);
  while (s.step()) {
    results[trial_number(s.column(0))][s.column(1).text()] = real(s.column(2));
  }
  return results;
}

// By number. Empty for a database with an older schema, which is not migrated for reading.
inline std::vector<EarlierRow> select_earlier(Session& db, std::int64_t sweep_id) {
  std::vector<EarlierRow> rows;
  if (!db.table_exists("earlier_trials")) {
    return rows;
  }
  Statement s(db,
              "SELECT number, state, score, epochs, params_json, source FROM "
              "earlier_trials WHERE sweep_id = ? ORDER BY number");
  s.bind(1, sweep_id);
  while (s.step()) {
    search::Observation result;
    result.number = trial_number(s.column(0));
    result.state = search::trial_state(s.column(1).text()).value_or(search::TrialState::kDiverged);
    result.score = real_or_null(s.column(2));
    result.epochs = whole_int(s.column(3), 0, kMaxEpoch);
    result.params = search::parse_params_json(s.column(4).text());
    rows.push_back({std::move(result), s.column(5).text()});
  }
  return rows;
}

inline std::vector<ReplicateRow> select_replicates(Session& db, std::int64_t trial_id) {
  Statement s(db,
              "SELECT replicate, seed, fold, state, value, best_epoch, epochs_done, seconds "
              "FROM replicates WHERE trial_id = ? ORDER BY replicate");
  s.bind(1, trial_id);
  std::vector<ReplicateRow> rows;
  while (s.step()) {
    rows.push_back({whole_int(s.column(0), 0, kMaxReplicate),
                    static_cast<std::uint64_t>(whole(s.column(1), 0, kMaxNumber)),
                    whole_int_or_null(s.column(2), 0, kMaxReplicate), s.column(3).text(),
                    real_or_null(s.column(4)), whole_int_or_null(s.column(5), 0, kMaxEpoch),
                    whole_int(s.column(6), 0, kMaxEpoch), real_or_null(s.column(7))});
  }
  return rows;
}

// Epoch, name, value.
inline MetricRow read_metric(Statement& s) {
  return {whole_int(s.column(0), 0, kMaxEpoch), s.column(1).text(),
          real_or_null(s.column(2)).value_or(std::numeric_limits<double>::quiet_NaN())};
}

inline std::vector<MetricRow> select_metric(Session& db,
                                            TrainingId training,
                                            const std::string& name) {
  Statement s(db,
              "SELECT epoch, name, value FROM metrics WHERE trial_id = ? AND name = ? AND "
              "replicate = ? ORDER BY epoch");
  s.bind(1, training.trial_id);
  s.bind(2, name);
  s.bind(3, training.replicate);
  std::vector<MetricRow> rows;
  while (s.step()) {
    rows.push_back(read_metric(s));
  }
  return rows;
}

inline std::vector<EventRow> select_events(Session& db,
                                           std::int64_t sweep_id,
                                           const std::string& kind) {
  Statement s(
      db, "SELECT kind, detail_json FROM events WHERE sweep_id = ? AND kind = ? ORDER BY event_id");
  s.bind(1, sweep_id);
  s.bind(2, kind);
  std::vector<EventRow> rows;
  while (s.step()) {
    rows.push_back({s.column(0).text(), text_or_null(s.column(1)).value_or("")});
  }
  return rows;
}

}  // namespace hpsearch::storage

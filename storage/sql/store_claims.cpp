#include <fmt/format.h>

#include "storage/fence.h"
#include "storage/sql/sql_store.h"

namespace hpsearch::storage {
namespace {

// The trial that the entry is about; empty for a stage and for an event of the sweep.
std::optional<std::uint64_t> trial_of(const Entry& entry) {
  struct Number {
    std::optional<std::uint64_t> operator()(const StageEntry&) const { return std::nullopt; }
    std::optional<std::uint64_t> operator()(const TrialStart& e) const { return e.number; }
    std::optional<std::uint64_t> operator()(const ReplicateStart& e) const {
      return e.training.number;
    }
    std::optional<std::uint64_t> operator()(const EpochEntry& e) const { return e.training.number; }
    std::optional<std::uint64_t> operator()(const ReplicateEnd& e) const {
      return e.training.number;
    }
    std::optional<std::uint64_t> operator()(const TrialEnd& e) const { return e.number; }
    std::optional<std::uint64_t> operator()(const EventEntry& e) const { return e.number; }
    std::optional<std::uint64_t> operator()(const CheckpointEntry& e) const {
      return e.training.number;
    }
  };
  return std::visit(Number(), entry);
}

}  // namespace

bool SqlStore::is_fenced(std::int64_t sweep_id, const Entry& entry) {
  const auto number = fence_ == nullptr ? std::nullopt : trial_of(entry);
  if (!number) {
    return false;
  }
  // Nobody may take the trial before this transaction has ended.
  auto& s = db_->dialect().postgres
                ? prepare("SELECT attempt FROM trials WHERE sweep_id = ? AND number = ? FOR UPDATE")
                : prepare("SELECT attempt FROM trials WHERE sweep_id = ? AND number = ?");
  s.bind(1, sweep_id);
  bind_unsigned(s, 2, *number);
  const bool begun = s.step();
  const int attempt = begun ? whole_int(s.column(0), 0, kMaxAttempt) : 0;
  s.reset();
  return begun && !fence_->admits(*number, attempt);
}

std::int64_t SqlStore::data_version() {
  return guarded(*db_, [&] { return db_->data_version(); });
}

void SqlStore::hold_snapshot() {
  guarded(*db_, [&] {
    try {
      snapshot_.emplace(*db_, Transaction::Kind::kSnapshot);
      Statement(*db_, "SELECT COUNT(*) FROM sweeps").step();  // the first read fixes the snapshot
    } catch (...) {
      snapshot_.reset();
      throw;
    }
  });
}

std::optional<TrialRow> SqlStore::select_trial(std::int64_t sweep_id, std::uint64_t number) {
  if (!select_trial_) {
    select_trial_.emplace(*db_,
                          fmt::format("SELECT {} FROM trials WHERE sweep_id = ? AND number = ?",
                                      trial_columns(*db_)));
  }
  auto& s = *select_trial_;
  s.reset();
  s.bind(1, sweep_id);
  bind_unsigned(s, 2, number);
  auto row = s.step() ? std::optional(read_trial(s)) : std::nullopt;
  s.reset();
  return row;
}

void SqlStore::lock_trial(std::int64_t sweep_id, std::uint64_t number) {
  if (db_->dialect().postgres) {
    auto& s = prepare("SELECT 1 FROM trials WHERE sweep_id = ? AND number = ? FOR UPDATE");
    s.bind(1, sweep_id);
    bind_unsigned(s, 2, number);
    s.exec();
  }
}

std::optional<TrialRow> SqlStore::trial(std::int64_t sweep_id, std::uint64_t number) {
  return guarded(*db_, [&] { return select_trial(sweep_id, number); });
}

std::int64_t SqlStore::runs_ended(std::int64_t sweep_id) {
  return guarded(*db_, [&] {
    auto& s = prepare("SELECT COUNT(*) FROM events WHERE sweep_id = ? AND kind = 'run_ended'");
    s.bind(1, sweep_id);
    s.step();
    const std::int64_t ended = s.column(0).int64();
    s.reset();
    return ended;
  });
}

std::vector<TrialRow> SqlStore::running_trials(std::int64_t sweep_id) {
  return guarded(*db_, [&] {
    Statement s(*db_, fmt::format("SELECT {} FROM trials WHERE sweep_id = ? AND state = "
                                  "'running' ORDER BY number",
                                  trial_columns(*db_)));
    s.bind(1, sweep_id);
    std::vector<TrialRow> rows;
    while (s.step()) {
      rows.push_back(read_trial(s));
    }
    return rows;
  });
}

std::optional<Claimed> SqlStore::claim(std::int64_t sweep_id,
                                       const ClaimRequest& request,
                                       const std::function<bool()>& admitted,
                                       const std::function<bool(const TrialRow&)>& is_free) {
  return guarded(*db_, [&]() -> std::optional<Claimed> {
    // Most trials that are not free have been so for long: a look costs no write lock.
    if (const auto row = select_trial(sweep_id, request.start.number); row && !is_free(*row)) {
      return std::nullopt;
    }
    Transaction transaction(*db_, Transaction::Kind::kRows);
    if (!admitted()) {
      return std::nullopt;
    }
    auto& sweep = prepare("SELECT state = 'running' FROM sweeps WHERE sweep_id = ?");
    sweep.bind(1, sweep_id);
    const bool runs = sweep.step() && sweep.column(0).int64() != 0;
    sweep.reset();
    lock_trial(sweep_id, request.start.number);
    const auto row = select_trial(sweep_id, request.start.number);
    if (!runs || (row && !is_free(*row))) {
      return std::nullopt;
    }
    Gathered none;
    if (request.stage && !has_begun(sweep_id, request.stage->stage.stage)) {
      write(sweep_id, *request.stage, none);
    }
    TrialStart start = request.start;
    start.attempt = row ? row->attempt + 1 : start.attempt;
    write(sweep_id, start, none);
    const std::int64_t id = trial_id(sweep_id, start.number);
    running_.clear();  // another connection writes of its end
    if (request.forget && row) {
      forget_trainings(id);
    }
    for (const EventRow& event : request.events) {
      insert_event(sweep_id, id, event);
    }
    transaction.commit();
    return Claimed{start.attempt, id};
  });
}

bool SqlStore::has_begun(std::int64_t sweep_id, int stage) {
  for (const EventRow& row : select_events(*db_, sweep_id, std::string(StageStarted::kKind))) {
    const auto event = StageStarted::from_row(row);
    if (event && event->stage == stage) {
      return true;
    }
  }
  return false;
}

void SqlStore::forget_trainings(std::int64_t trial_id) {
  for (const char* sql :
       {"DELETE FROM epochs WHERE trial_id = ?", "DELETE FROM metrics WHERE trial_id = ?",
        "DELETE FROM checkpoints WHERE trial_id = ?",
        // A fold that has ended starts again with the trial that has not.
        "UPDATE replicates SET epochs_done = 0, value = NULL, best_epoch = NULL, state = "
        "CASE state WHEN 'complete' THEN 'interrupted' ELSE state END WHERE trial_id = ?",
        "UPDATE trials SET epochs_done = 0 WHERE trial_id = ?"}) {
    Statement s(*db_, sql);
    s.bind(1, trial_id);
    s.exec();
  }
}

void SqlStore::give_back(const TrialRow& row, const std::string& reason) {
  guarded(*db_, [&] {
    Transaction transaction(*db_, Transaction::Kind::kRows);
    Statement trial(*db_,
                    "UPDATE trials SET state = 'interrupted', reason = ? WHERE trial_id = "
                    "? AND state = 'running' AND worker IS NOT DISTINCT FROM ? AND attempt = ?");
    trial.bind(1, reason);
    trial.bind(2, row.trial_id);
    bind_text(trial, 3, row.worker);
    trial.bind(4, row.attempt);
    if (trial.exec() == 0) {
      return;  // somebody else has it by now
    }
    Statement replicates(*db_,
                         "UPDATE replicates SET state = 'interrupted' WHERE trial_id = ? "
                         "AND state = 'running'");
    replicates.bind(1, row.trial_id);
    replicates.exec();
    transaction.commit();
  });
}

}  // namespace hpsearch::storage

#include "storage/sql/sql_claims.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include <fmt/format.h>

#include "storage/error.h"

namespace hpsearch::storage {
namespace {

// "host/2.0" is worker 0 of the process on seat 2. A process alone writes "host/0", and names no
// seat.
std::optional<int> seat_of(const std::optional<std::string>& worker) {
  const std::size_t slash = worker ? worker->rfind('/') : std::string::npos;
  if (slash == std::string::npos) {
    return std::nullopt;
  }
  const char* end = worker->data() + worker->size();
  int seat = 0;
  const auto read = std::from_chars(worker->data() + slash + 1, end, seat);
  const bool named = read.ec == std::errc() && read.ptr != end && *read.ptr == '.';
  return named && seat >= 0 ? std::optional(seat) : std::nullopt;
}

constexpr int kMostTries = 5;

}  // namespace

template <class Work>
auto SqlClaims::as_member(Work work) {
  for (int tries = 0;; ++tries) {
    try {
      return work();
    } catch (const LeaseLost&) {
      if (tries == kMostTries) {
        throw;
      }
      membership_->rejoin([this] { fence_.lose_all(); });
    }
  }
}

SqlClaims::SqlClaims(std::int64_t sweep_id,
                     std::unique_ptr<Membership> membership,
                     std::unique_ptr<SqlStore> store,
                     std::unique_ptr<SqlStore> written)
    : sweep_id_(sweep_id),
      membership_(std::move(membership)),
      store_(std::move(store)),
      written_(std::move(written)) {
  written_->set_fence(&fence_);
  // A seat has a new owner: what a dead one left there must not look as if this one trained it.
  give_back("killed");
}

bool SqlClaims::try_turn() {
  return as_member([&] { return membership_->try_turn(); });
}

void SqlClaims::end_turn() {
  membership_->end_turn();
}

bool SqlClaims::try_close() {
  return as_member([&] { return membership_->try_close_gate(); });
}

std::string SqlClaims::worker(const std::string& host, std::int64_t slot) const {
  return fmt::format("{}/{}.{}", host, membership_->seat(), slot);
}

void SqlClaims::say_begun() {
  runs_ended_ = store_->runs_ended(sweep_id_);
  as_member([&] { membership_->say_begun(); });
}

bool SqlClaims::is_held(const TrialRow& row) const {
  const auto seat = row.state == search::TrialState::kRunning ? seat_of(row.worker) : std::nullopt;
  return seat && (*seat == membership_->seat() ? fence_.holds(row.number, row.attempt)
                                               : membership_->is_alive(*seat));
}

bool SqlClaims::others_train() {
  membership_->look();
  const auto rows = store_->running_trials(sweep_id_);
  return std::any_of(rows.begin(), rows.end(), [&](const TrialRow& row) {
    return is_held(row) && seat_of(row.worker) != membership_->seat();
  });
}

std::optional<Claimed> SqlClaims::claim(const ClaimRequest& request) {
  return as_member([&] { return try_claim(request); });
}

std::optional<Claimed> SqlClaims::try_claim(const ClaimRequest& request) {
  closed_ = !membership_->enter_gate();
  if (closed_) {
    return std::nullopt;
  }
  std::optional<Claimed> claimed;
  bool admitted = true;
  try {
    claimed = store_->claim(
        sweep_id_, request, [&] { return admitted = membership_->admits_claim(); },
        [&](const TrialRow& row) {
          const bool own = fence_.holds(row.number, row.attempt);
          return !search::is_finished(row.state) && (own || !is_held(row));
        });
  } catch (...) {
    membership_->leave_gate();
    throw;
  }
  if (claimed) {
    // Still inside of the gate: whoever closes it finds a trial that is trained.
    fence_.hold(request.start.number, claimed->attempt);
    known_.erase(request.start.number);
  }
  membership_->leave_gate();
  // Whoever has a trial has a row of it.
  closed_ = !claimed && (!admitted || !store_->trial(sweep_id_, request.start.number));
  return claimed;
}

std::vector<Standing> SqlClaims::look(std::span<const std::uint64_t> numbers) {
  // The number of changes is asked for first: what changes in between is read again the next time.
  const std::int64_t now = store_->data_version();
  membership_->look();
  std::map<std::uint64_t, Standing> found;
  for (const std::uint64_t number : numbers) {
    const auto known = known_.find(number);
    found[number] = now == seen_ && known != known_.end()
                        ? std::move(known->second)
                        : Standing{number, store_->trial(sweep_id_, number), false};
  }
  seen_ = now;
  known_ = std::move(found);
  std::vector<Standing> standings;
  for (auto& [number, standing] : known_) {
    // Whether its process lives no row says.
    standing.held = standing.row && is_held(*standing.row);
    standings.push_back(standing);
  }
  return standings;
}

void SqlClaims::give_back(const std::string& reason) {
  for (const TrialRow& row : store_->running_trials(sweep_id_)) {
    if (seat_of(row.worker) == membership_->seat()) {
      as_member([&] { store_->give_back(row, reason); });
    }
  }
}

std::vector<CheckpointRow> SqlClaims::checkpoints(std::uint64_t trial) {
  std::vector<CheckpointRow> rows = store_->checkpoints(sweep_id_);
  std::erase_if(rows, [&](const CheckpointRow& row) { return row.training.number != trial; });
  return rows;
}

void SqlClaims::Fenced::commit(std::int64_t sweep_id,
                               std::span<const Entry> batch,
                               double active_seconds) {
  claims_.as_member([&] {
    store_.commit(sweep_id, batch, claims_.membership_->keeps_time() ? active_seconds : 0.0);
  });
  for (const Entry& entry : batch) {
    const auto* end = std::get_if<TrialEnd>(&entry);
    if (end != nullptr && search::is_finished(end->state)) {
      claims_.fence_.ended(end->number);
    }
  }
}

}  // namespace hpsearch::storage

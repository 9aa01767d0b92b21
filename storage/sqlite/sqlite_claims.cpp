#include "storage/sqlite/sqlite_claims.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include <fmt/format.h>

#include "storage/error.h"
#include "storage/sqlite/file_system.h"

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
  return named && seat >= 0 && seat < kMostSeats ? std::optional(seat) : std::nullopt;
}

// On a network file system a process has one connection, whose transactions would meet here, and is
// alone.
std::int64_t require_local(const std::filesystem::path& path, std::int64_t sweep_id) {
  if (const auto network = network_file_system(path)) {
    throw StoreError(fmt::format(
        "{}: on {} only one process at a time can use the database; run without --join, give each "
        "process a database of its own (run --shard, then hpsearch merge), or use a local disk",
        path.string(), *network));
  }
  return sweep_id;
}

}  // namespace

SqliteClaims::SqliteClaims(const std::filesystem::path& path,
                           const std::string& tool_version,
                           std::int64_t sweep_id,
                           const std::string& sweep_name)
    : sweep_id_(require_local(path, sweep_id)),
      membership_(path, sweep_id, sweep_name),
      store_(path, tool_version),
      written_(path, tool_version) {
  written_.set_fence(&fence_);
  // A seat has a new owner: what a dead one left there must not look as if this one trained it.
  give_back("killed");
}

std::string SqliteClaims::worker(const std::string& host, std::int64_t slot) const {
  return fmt::format("{}/{}.{}", host, membership_.seat(), slot);
}

void SqliteClaims::say_begun() {
  runs_ended_ = store_.runs_ended(sweep_id_);
  membership_.say_begun();
}

bool SqliteClaims::is_held(const TrialRow& row) const {
  const auto seat = row.state == search::TrialState::kRunning ? seat_of(row.worker) : std::nullopt;
  return seat && (*seat == membership_.seat() ? fence_.holds(row.number, row.attempt)
                                              : membership_.is_alive(*seat));
}

bool SqliteClaims::others_train() {
  const auto rows = store_.running_trials(sweep_id_);
  return std::any_of(rows.begin(), rows.end(), [&](const TrialRow& row) {
    return is_held(row) && seat_of(row.worker) != membership_.seat();
  });
}

std::optional<Claimed> SqliteClaims::claim(const ClaimRequest& request) {
  closed_ = !membership_.enter_gate();
  if (closed_) {
    return std::nullopt;
  }
  std::optional<Claimed> claimed;
  try {
    claimed = store_.claim(sweep_id_, request, [&](const TrialRow& row) {
      const bool own = fence_.holds(row.number, row.attempt);
      return !search::is_finished(row.state) && (own || !is_held(row));
    });
  } catch (...) {
    membership_.leave_gate();
    throw;
  }
  if (claimed) {
    // Still inside of the gate: whoever closes it finds a trial that is trained.
    fence_.hold(request.start.number, claimed->attempt);
    known_.erase(request.start.number);
  }
  membership_.leave_gate();
  // Whoever has a trial has a row of it.
  closed_ = !claimed && !store_.trial(sweep_id_, request.start.number);
  return claimed;
}

std::vector<Standing> SqliteClaims::look(std::span<const std::uint64_t> numbers) {
  // The number of changes is asked for first: what changes in between is read again the next time.
  const std::int64_t now = store_.data_version();
  std::map<std::uint64_t, Standing> found;
  for (const std::uint64_t number : numbers) {
    const auto known = known_.find(number);
    found[number] = now == seen_ && known != known_.end()
                        ? std::move(known->second)
                        : Standing{number, store_.trial(sweep_id_, number), false};
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

void SqliteClaims::give_back(const std::string& reason) {
  for (const TrialRow& row : store_.running_trials(sweep_id_)) {
    if (seat_of(row.worker) == membership_.seat()) {
      store_.give_back(row, reason);
    }
  }
}

std::vector<CheckpointRow> SqliteClaims::checkpoints(std::uint64_t trial) {
  std::vector<CheckpointRow> rows = store_.checkpoints(sweep_id_);
  std::erase_if(rows, [&](const CheckpointRow& row) { return row.training.number != trial; });
  return rows;
}

void SqliteClaims::Fenced::commit(std::int64_t sweep_id,
                                  std::span<const Entry> batch,
                                  double active_seconds) {
  store_.commit(sweep_id, batch, claims_.membership_.keeps_time() ? active_seconds : 0.0);
}

}  // namespace hpsearch::storage

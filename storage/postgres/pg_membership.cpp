#include "storage/postgres/pg_membership.h"

#include <utility>

#include <fmt/format.h>

#include "storage/error.h"
#include "storage/postgres/settings.h"
#include "storage/sql/transaction.h"

namespace hpsearch::storage {
namespace {

constexpr auto kAskForClock = std::chrono::seconds(1);

// The second half of the keys of advisory locks, of which a sweep has several.
constexpr int kTurnLock = 1;
constexpr int kGateLock = 2;
constexpr int kClockLock = 3;

std::int64_t lock_key(std::int64_t sweep_id, int lock) {
  constexpr std::int64_t kFirst = std::int64_t{1} << 30;  // before it are those of lease.cpp
  return kFirst + (4 * sweep_id + lock) % kFirst;
}

}  // namespace

PgMembership::PgMembership(std::string url, std::int64_t sweep_id, std::string sweep_name)
    : url_(std::move(url)),
      sweep_id_(sweep_id),
      name_(std::move(sweep_name)),
      session_(url_),
      lease_(std::make_unique<Lease>(url_, sweep_id_, name_, false)) {}

std::unique_lock<std::recursive_mutex> PgMembership::lock() const {
  return std::unique_lock(session_.connection().mutex());
}

int PgMembership::seat() const {
  const auto held = lock();
  return static_cast<int>(lease_->id());
}

void PgMembership::look() {
  const auto held = lock();
  std::set<std::int64_t> living;
  for (const Member& member :
       guarded(session_, [&] { return living_members(session_, sweep_id_); })) {
    living.insert(member.id);
  }
  living_ = std::move(living);
}

// What look() has seen is enough: rows come in before their trials do, and one that is gone never
// comes back.
bool PgMembership::is_alive(int seat) {
  const auto held = lock();
  return seat == lease_->id() || living_.contains(seat);
}

void PgMembership::set(const char* flag, bool value) {
  guarded(session_, [&] {
    Transaction transaction(session_, Transaction::Kind::kRows);
    Statement s(session_, fmt::format("UPDATE members SET {} = ? WHERE member_id = ?", flag));
    s.bind(1, value ? 1 : 0);
    s.bind(2, lease_->id());
    s.exec();
    transaction.commit();
  });
}

bool PgMembership::take(const char* flag, int lock) {
  look();
  return guarded(session_, [&] {
    Transaction transaction(session_, Transaction::Kind::kRows);
    Statement wait(session_,
                   fmt::format("SELECT pg_advisory_xact_lock({}, CAST(? AS INTEGER))", kLockClass));
    wait.bind(1, lock_key(sweep_id_, lock));
    wait.exec();
    Statement s(session_,
                fmt::format("UPDATE members SET {0} = TRUE WHERE member_id = ?1 AND NOT EXISTS "
                            "(SELECT 1 FROM members o WHERE o.sweep_id = ?2 AND o.member_id <> ?1 "
                            "AND o.{0})",
                            flag));
    s.bind(1, lease_->id());
    s.bind(2, sweep_id_);
    const bool taken = s.exec() == 1;
    transaction.commit();
    return taken;
  });
}

void PgMembership::say_begun() {
  const auto held = lock();
  set("begun", true);
  begun_ = true;
}

bool PgMembership::others_have_begun() {
  const auto held = lock();
  look();
  return guarded(session_, [&] {
    Statement s(session_,
                "SELECT 1 FROM members WHERE sweep_id = ? AND member_id <> ? AND begun LIMIT 1");
    s.bind(1, sweep_id_);
    s.bind(2, lease_->id());
    return s.step();
  });
}

bool PgMembership::try_turn() {
  const auto held = lock();
  turn_ = turn_ || take("has_turn", kTurnLock);
  return turn_;
}

void PgMembership::end_turn() {
  const auto held = lock();
  if (std::exchange(turn_, false)) {
    try {
      set("has_turn", false);
    } catch (const LeaseLost&) {  // then it has ended
    }
  }
}

bool PgMembership::enter_gate() {
  const auto held = lock();
  look();
  return true;
}

bool PgMembership::admits_claim() {
  const auto held = lock();
  Statement gate(
      session_,
      fmt::format("SELECT pg_advisory_xact_lock_shared({}, CAST(? AS INTEGER))", kLockClass));
  gate.bind(1, lock_key(sweep_id_, kGateLock));
  gate.exec();
  Statement s(session_,
              "SELECT 1 FROM members WHERE sweep_id = ? AND member_id <> ? AND closes LIMIT 1");
  s.bind(1, sweep_id_);
  s.bind(2, lease_->id());
  return !s.step();
}

bool PgMembership::try_close_gate() {
  const auto held = lock();
  return take("closes", kGateLock);
}

bool PgMembership::keeps_time() {
  const auto held = lock();
  if (clock_) {
    return true;
  }
  look();
  if (living_ != living_then_ || Clock::now() - asked_for_clock_ > kAskForClock) {
    living_then_ = living_;
    asked_for_clock_ = Clock::now();
    clock_ = take("keeps_time", kClockLock);
  }
  return clock_;
}

void PgMembership::rejoin(const std::function<void()>& lost) {
  std::unique_ptr<Lease> old;  // ends last, without the lock: its thread may wait for that
  const auto held = lock();
  const bool still_there = guarded(session_, [&] {
    Statement s(session_, "SELECT 1 FROM members WHERE member_id = ?");
    s.bind(1, lease_->id());
    return s.step();
  });
  if (still_there) {
    return;
  }
  if (turn_) {
    throw;  // the LeaseLost: others may have ended the sweep meanwhile
  }
  lost();
  clock_ = false;
  old = std::move(lease_);
  session_.connection().remove_member(old->id());
  lease_ = std::make_unique<Lease>(url_, sweep_id_, name_, false);
  if (begun_) {
    set("begun", true);
  }
}

}  // namespace hpsearch::storage

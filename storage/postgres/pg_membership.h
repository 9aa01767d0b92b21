// A process among those that share a sweep of a PostgreSQL database. Internal to storage.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "storage/postgres/lease.h"
#include "storage/sql/membership.h"

namespace hpsearch::storage {

// Its seat is the number of its row in `members`, which no other process ever gets. Thread-safe.
class PgMembership final : public Membership {
 public:
  PgMembership(std::string url, std::int64_t sweep_id, std::string sweep_name);

  int seat() const override;
  bool is_alive(int seat) override;
  void look() override;
  void say_begun() override;
  bool others_have_begun() override;
  bool try_turn() override;
  void end_turn() override;
  bool enter_gate() override;
  void leave_gate() override {}
  bool admits_claim() override;
  bool try_close_gate() override;
  bool has_lease() const override { return true; }
  bool keeps_time() override;
  void rejoin(const std::function<void()>& lost) override;

 private:
  using Clock = std::chrono::steady_clock;

  void set(const char* flag, bool value);
  // Sets the flag of this process, unless another living one has it. One process at a time tries.
  bool take(const char* flag, int lock);

  // The connection's own turn-taking guards the members below: claims ask in the middle of their
  // transactions.
  std::unique_lock<std::recursive_mutex> lock() const;

  std::string url_;
  std::int64_t sweep_id_;
  std::string name_;
  mutable PgSession session_;
  std::unique_ptr<Lease> lease_;
  std::set<std::int64_t> living_;
  std::set<std::int64_t> living_then_;  // when this process last asked to keep the time
  Clock::time_point asked_for_clock_;
  bool begun_ = false;
  bool turn_ = false;
  bool clock_ = false;
};

}  // namespace hpsearch::storage

// Who runs a sweep of a PostgreSQL database. Internal to storage.
//
// Each process has a row in the table `members`, with a lease by the server's clock. It renews the
// lease every two seconds. Whoever finds a lease that has run out deletes the row, and with it goes
// all that its process held. Each transaction in which a process writes shares its own row, so that
// nobody can delete it before the end of the transaction; and where the row is gone nothing is
// written. So a process that was stopped, or cut off, cannot write about what others have taken.
//
// A thread of its own renews the lease, which no training can keep from it. It uses the connection
// of the process, for servers count those: what it waits for there are single statements, some
// milliseconds of a lease of 30 s.
//
// A process that has ended on this machine is known at once by its number.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "storage/lock_file.h"
#include "storage/postgres/connection.h"
#include "storage/postgres/pg_session.h"

namespace hpsearch::storage {

struct Member {
  std::int64_t id = 0;
  LockOwner owner;
  bool alone = false;
};

// The members of a sweep that live, by id. Rows of the dead go. Throws PgError.
std::vector<Member> living_members(PgSession& session, std::int64_t sweep_id);

// A membership, from its construction to its end.
class Lease {
 public:
  // Throws SweepBusy after a while where others hold the sweep: for one that wants it alone anybody
  // else, for one that shares one who does not.
  Lease(const std::string& url, std::int64_t sweep_id, const std::string& name, bool alone);
  ~Lease();
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  std::int64_t id() const { return id_; }

 private:
  void take(std::int64_t sweep_id, const std::string& name, bool alone);
  void keep(const std::stop_token& stop);

  PgSession session_;
  std::int64_t id_ = 0;
  std::jthread renewal_;  // last: it uses the others
};

// A process alone.
class PgSweepHold final : public SweepHold {
 public:
  PgSweepHold(const std::string& url, std::int64_t sweep_id, const std::string& name)
      : lease_(url, sweep_id, name, true) {}

 private:
  Lease lease_;
};

// Asks all that run the sweep to end, wherever they are. Throws StoreError.
void request_stop(PgSession& session, std::int64_t sweep_id);

}  // namespace hpsearch::storage

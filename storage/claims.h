// How several processes share one sweep: who trains which trial, who begins and who ends the sweep.
//
// Each process asks before it begins a trial. A claim is one transaction: the trial's first row, or
// its next attempt if whoever had it is dead or has given it back. All that a process then writes
// of the trial goes through journal(), which drops it once the trial is another's (fence.h).
//
// There is no list of what has ended since a mark: a process knows by number the few trials that
// others train, and asks for these. So no clock, no sequence and no lost notice can hide a result.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "storage/journal.h"
#include "storage/reader.h"

namespace hpsearch::storage {

struct ClaimRequest {
  TrialStart start;                   // the claim counts its attempts
  std::optional<StageEntry> stage{};  // that begins with it, unless another process has said so
  std::vector<EventRow> events{};     // about the trial
  bool forget =
      false;  // what earlier attempts have stored, which this one cannot repeat bit for bit
};

// What a claim has brought.
struct Claimed {
  int attempt = 1;
  std::int64_t trial_id = 0;
};

// A trial as the database has it now.
struct Standing {
  std::uint64_t number = 0;
  std::optional<TrialRow> row;  // none: it has not begun
  bool held = false;            // a living process trains it
};

// The process is one of those that share the sweep as long as this object lives; what it still
// holds when it dies is free. For one thread, but for journal(). Every function throws StoreError.
class Claims {
 public:
  Claims() = default;
  virtual ~Claims() = default;
  Claims(const Claims&) = delete;
  Claims& operator=(const Claims&) = delete;

  virtual std::int64_t sweep_id() const = 0;

  // --- The sweep --------------------------------------------------------------------------------

  // One process at a time has the turn to begin or to end the sweep. False while another has it.
  virtual bool try_turn() = 0;
  virtual void end_turn() = 0;

  // From now on this process trains, until it ends.
  virtual void say_begun() = 0;
  // Does a living process other than this one?
  virtual bool others_have_begun() = 0;

  // No process gets a claim any more, as long as this one lives. False while another is just making
  // one.
  virtual bool try_close() = 0;
  // Has another process ended the sweep since this one has begun?
  virtual bool is_over() = 0;
  // Does any other living process still train a trial?
  virtual bool others_train() = 0;

  // --- Trials -----------------------------------------------------------------------------------

  // The attempt that is now this process's to train. Empty where another process has the trial or
  // has ended it, and where the sweep has ended or is closed.
  virtual std::optional<Claimed> claim(const ClaimRequest& request) = 0;

  // Was the last claim refused since no process gets one any more: the sweep is closed or has
  // ended?
  virtual bool is_closed() const = 0;

  // How these trials stand. Costs little if nothing has changed since the last call.
  virtual std::vector<Standing> look(std::span<const std::uint64_t> numbers) = 0;

  // May trials be taken away from a process that lives: has it a lease, and no lock of a kernel?
  // Then the end of a trial counts once it is in the database, and not before.
  virtual bool has_lease() const { return false; }

  // Trials that another process has taken away, as writes have found since the last call.
  virtual std::vector<std::uint64_t> take_lost() = 0;

  // All that this process still trains becomes `interrupted` with this reason, for others to claim.
  virtual void give_back(const std::string& reason) = 0;

  // How the column `worker` names a worker of this process.
  virtual std::string worker(const std::string& host, std::int64_t slot) const = 0;

  // --- Results ----------------------------------------------------------------------------------

  // Of all processes, for the thread that uses this object.
  virtual Reader& reader() = 0;
  virtual std::vector<CheckpointRow> checkpoints(std::uint64_t trial) = 0;

  // While it lives, reader() shows the database as it was at its beginning, whatever others write;
  // then only reader() may be used. One at a time.
  class Snapshot {
   public:
    explicit Snapshot(Claims& claims) : claims_(claims) { claims_.hold_snapshot(); }
    ~Snapshot() { claims_.release_snapshot(); }
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;

   private:
    Claims& claims_;
  };

  // For a Recorder. Counts active time in one process at a time, so that the sweep's is that of the
  // clock on the wall.
  virtual Journal& journal() = 0;

 protected:
  virtual void hold_snapshot() = 0;
  virtual void release_snapshot() noexcept = 0;
};

}  // namespace hpsearch::storage

// A process among those that share a sweep, whatever says that it lives. Internal to storage.
#pragma once

#include <functional>

namespace hpsearch::storage {

// Thread-safe, but for what its implementation says. The process leaves at the end of this object.
class Membership {
 public:
  Membership() = default;
  virtual ~Membership() = default;
  Membership(const Membership&) = delete;
  Membership& operator=(const Membership&) = delete;

  // The number by which trials name this process (Claims::worker()).
  virtual int seat() const = 0;
  // Is there a process on this seat? True of the own one.
  virtual bool is_alive(int seat) = 0;
  // What is_alive() says from now on is as of now, or later.
  virtual void look() = 0;

  virtual void say_begun() = 0;
  virtual bool others_have_begun() = 0;
  virtual bool try_turn() = 0;
  virtual void end_turn() = 0;

  // A claim is made between these two; false where the gate is closed.
  virtual bool enter_gate() = 0;
  virtual void leave_gate() = 0;
  // The same, asked inside of the transaction of the claim.
  virtual bool admits_claim() = 0;
  // False while another process makes a claim, or has closed it itself.
  virtual bool try_close_gate() = 0;

  // See Claims::has_lease().
  virtual bool has_lease() const = 0;

  // True of one process at a time, and of the same one until it ends.
  virtual bool keeps_time() = 0;

  // After a LeaseLost: takes another seat, and calls `lost` before anybody can see it. Does nothing
  // where another thread has done so. Throws LeaseLost where this process had the turn, which
  // cannot be taken up again.
  virtual void rejoin(const std::function<void()>& lost) = 0;
};

}  // namespace hpsearch::storage

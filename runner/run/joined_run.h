// A process among those that share a sweep: how it takes turns with the others around its training.
#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>

#include "runner/console/line_printer.h"
#include "storage/claims.h"

namespace hpsearch::runner {

// For one thread. Throws storage::StoreError.
class JoinedRun {
 public:
  // The printer must outlive it; it hears of waits that are longer than a moment.
  JoinedRun(std::unique_ptr<storage::Claims> claims,
            std::stop_token interrupt,
            LinePrinter& printer)
      : claims_(std::move(claims)), interrupt_(std::move(interrupt)), printer_(printer) {}

  storage::Claims& claims() { return *claims_; }

  // Waits until no other process begins or ends the sweep. False if the user stops it first.
  bool wait_for_turn();
  // Do others train already? Then the sweep is as they have begun it.
  bool others_train() { return claims_->others_have_begun(); }
  // This process trains from now on; the next one has its turn.
  void begin();

  // All trials have ended, as far as this process knows. Waits for its turn to end the sweep, and
  // until no other process trains; from then on none begins a trial. Who has the winner's weights
  // goes first, which saves training it again.
  enum class End { kHere, kElsewhere, kStopped };
  End wait_for_end(bool has_weights);

  // Leaves before the sweep has ended: what this process still trains is free. True if it was the
  // last one, and is still there: its caller says how the sweep stands.
  bool leave(const std::string& reason);

 private:
  // Between two looks at what others do. False where the user stops the run.
  bool pause(std::chrono::steady_clock::time_point since);

  std::unique_ptr<storage::Claims> claims_;  // null: it has left
  std::stop_token interrupt_;
  LinePrinter& printer_;
  bool said_ = false;  // that it waits
};

}  // namespace hpsearch::runner

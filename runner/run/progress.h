// Shows the progress of a run.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "runner/console/line_printer.h"

namespace hpsearch::runner {

// The state of a run at one moment.
struct ProgressSnapshot {
  std::string metric;
  std::int64_t trials_done = 0;    // of the sweep
  std::int64_t trials_pruned = 0;  // of those done
  std::int64_t trials_total = 0;
  const char* unit = "trials";  // what is counted
  std::optional<double> best_value;
  std::uint64_t best_trial = 0;
  double elapsed_seconds = 0.0;  // of this run
  double epochs = 0.0;           // trained in this run
  double share = 0.0;            // the finished part of this run's work, 0 to 1
};

// "12/24 trials, 5 pruned, best val_accuracy 0.9826 (trial 7), 1204 epochs/s, 0:12 left"
std::string progress_text(const ProgressSnapshot& snapshot);

// Decides when to print: on a terminal one live line, updated at most ten times a second; elsewhere
// a line for each new best and at most one every ten seconds otherwise. For one thread, but for
// say_soon().
class Progress {
 public:
  explicit Progress(LinePrinter& printer) : printer_(printer) {}

  void show(const ProgressSnapshot& snapshot);
  void finish(const ProgressSnapshot& snapshot);

  // Prints a permanent line at once.
  void say(const std::string& text) { printer_.line(text); }
  // Prints it with the next show() or finish(). Thread-safe.
  void say_soon(const std::string& text);

 private:
  void say_what_waits();

  LinePrinter& printer_;
  std::mutex mutex_;
  std::vector<std::string> waiting_;  // guarded by mutex_
  // What was shown last.
  std::optional<double> last_best_;
  std::int64_t last_done_ = -1;
  double last_shown_ = -1.0e9;  // elapsed seconds
};

// How much of a run's training is done.
class EpochCounter {
 public:
  // What is left at the beginning; `epochs` is 0 where the trials choose theirs.
  EpochCounter(std::int64_t trials, double epochs) : trials_(trials), epochs_(epochs) {}

  void launched(int epochs) { planned_ = std::max(planned_, epochs); }
  // A trial of `epochs` has ended, perhaps early. 0: of unknown length.
  void ended(int epochs, int done) {
    ++ended_;
    skipped_ += epochs > 0 ? epochs - done : 0;
  }
  // Thread-safe.
  void trained() { trained_.fetch_add(1, std::memory_order_relaxed); }

  double seconds() const;  // since the beginning
  ProgressSnapshot fill(ProgressSnapshot now) const;

 private:
  std::int64_t trials_;
  double epochs_;
  int planned_ = 0;  // of one trial, at most
  std::int64_t skipped_ = 0;
  std::int64_t ended_ = 0;  // trials
  std::atomic<std::int64_t> trained_{0};
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace hpsearch::runner

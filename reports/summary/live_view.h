// A sweep while it runs, as `watch` shows it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reports/sweep/sweep_data.h"
#include "reports/text/char_plot.h"
#include "storage/queries.h"

namespace hpsearch::reports {

struct LiveTrial {
  std::uint64_t number = 0;
  std::string worker;
  int epochs_done = 0;        // of all its trainings
  int epochs = 0;             // planned for one training; 0: unknown
  std::string params;         // "learning_rate 0.01, dropout 0.2"
  std::vector<double> curve;  // of the sweep's metric, by epoch
};

// What the database says at one moment.
struct LiveView {
  std::string name;
  std::string method;
  std::string metric;  // empty: the sweep has none
  bool maximize = false;
  storage::SweepState state = storage::SweepState::kRunning;
  std::optional<storage::StopReason> stop_reason;
  double active_seconds = 0.0;
  std::int64_t planned = 0;
  std::int64_t complete = 0;
  std::int64_t pruned = 0;
  std::int64_t diverged = 0;
  std::int64_t failed = 0;
  std::int64_t queued = 0;
  std::int64_t epochs = 0;        // trained so far, by all trials
  std::int64_t saved_epochs = 0;  // that pruned trials have left out
  double epochs_left = 0.0;       // of the planned trials, as far as their length is known
  int workers = 0;                // of the last run; several processes may have more
  struct Best {
    std::uint64_t trial = 0;
    double value = 0.0;
    std::optional<int> epoch;
    std::string params;
  };
  std::optional<Best> best;
  std::vector<std::pair<double, double>> best_so_far;       // complete trials by number, best value
  std::vector<LiveTrial> running;                           // by number
  std::vector<std::pair<std::string, std::string>> events;  // time and words, oldest first

  std::int64_t done() const { return complete + pruned + diverged + failed; }
};

// Reads it again and again, each time only what may have changed.
class LiveReader {
 public:
  // Under a snapshot of `queries`. Throws what read_sweep_data() throws.
  LiveView read(storage::Queries& queries, const storage::SweepRow& sweep);

 private:
  FollowedSweep followed_;
};

// What the database does not say: how fast it goes.
struct LivePace {
  std::optional<double> epochs_per_second;  // of the last seconds
};

struct ScreenSize {
  std::size_t columns = 80;
  std::size_t rows = 24;
};

// Exactly size.rows lines, none wider than size.columns, as many of them empty as are left over.
// What does not fit is left out, the least important first: events, parameters, trials, the chart.
std::vector<std::string> draw_live(const LiveView& view,
                                   const LivePace& pace,
                                   ScreenSize size,
                                   Glyphs glyphs);

// The same in one line: "24/60 trials, 5 pruned, best val_accuracy 0.9826 (trial 45), 2 running".
std::string live_line(const LiveView& view, const LivePace& pace);

}  // namespace hpsearch::reports

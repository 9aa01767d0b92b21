#include <chrono>
#include <cstdio>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <fmt/format.h>

#include "reports/summary/live_view.h"
#include "runner/commands/choose_sweep.h"
#include "runner/commands/follow_commands.h"
#include "runner/console/exit_code.h"
#include "runner/console/line_printer.h"
#include "runner/console/output.h"
#include "runner/console/screen.h"
#include "storage/backend.h"

namespace hpsearch::runner {
namespace {

using Clock = std::chrono::steady_clock;
using reports::LiveView;

// The sweep as it is now, read again only if the database has changed.
class Follower {
 public:
  Follower(storage::Queries& queries, std::int64_t sweep_id)
      : queries_(queries), sweep_id_(sweep_id) {}

  // True if there is something new. Once the sweep is removed, view() stays as it was.
  bool update() {
    const std::int64_t version = queries_.data_version();
    const bool runs = queries_.is_being_run(sweep_id_);
    if (version == version_ && runs == runs_) {
      return false;
    }
    version_ = version;
    runs_ = runs;
    const storage::Queries::Snapshot snapshot(queries_);
    for (const storage::SweepRow& row : queries_.sweeps()) {
      if (row.sweep_id == sweep_id_) {
        view_ = reader_.read(queries_, row);
      }
    }
    measure();
    return true;
  }

  const LiveView& view() const { return view_; }
  const reports::LivePace& pace() const { return pace_; }
  bool ended() const { return !runs_; }

 private:
  // The pace of the last seconds.
  void measure() {
    constexpr std::chrono::seconds kWindow{10};
    const auto now = Clock::now();
    samples_.emplace_back(now, view_.epochs);
    while (samples_.size() > 2 && now - samples_.front().first > kWindow) {
      samples_.pop_front();
    }
    const std::chrono::duration<double> span = now - samples_.front().first;
    const auto epochs = static_cast<double>(view_.epochs - samples_.front().second);
    pace_.epochs_per_second =
        span.count() > 0.5 ? std::optional(epochs / span.count()) : std::nullopt;
  }

  storage::Queries& queries_;
  std::int64_t sweep_id_;
  std::int64_t version_ = -1;
  bool runs_ = true;
  reports::LiveReader reader_;
  LiveView view_;
  reports::LivePace pace_;
  std::deque<std::pair<Clock::time_point, std::int64_t>> samples_;  // epochs trained by then
};

// Until the user ends it: a sweep that has ended stays on the screen.
void watch_on_screen(Follower& follower) {
  constexpr std::chrono::milliseconds kBetweenLooks{500};
  const auto glyphs = writes_utf8() ? reports::Glyphs::kUnicode : reports::Glyphs::kAscii;
  Screen screen;
  bool changed = true;
  auto next_look = Clock::now();
  while (true) {
    if (Clock::now() >= next_look) {
      changed = follower.update() || changed;
      next_look = Clock::now() + kBetweenLooks;
    }
    if (changed) {
      const auto [columns, rows] = screen.size();
      screen.show(reports::draw_live(follower.view(), follower.pace(), {columns, rows}, glyphs));
      changed = false;
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next_look - Clock::now());
    switch (screen.wait(std::max(left, std::chrono::milliseconds(0)))) {
      case Screen::Event::kNothing:
        break;
      case Screen::Event::kRedraw:
        changed = true;
        break;
      case Screen::Event::kKey:
        if (screen.key() == 'q' || screen.key() == 'Q') {
          return;
        }
        break;
      case Screen::Event::kEnd:
        return;
    }
  }
}

// A line for each new best, and at most one every ten seconds otherwise, until no process runs the
// sweep.
void watch_in_lines(Follower& follower) {
  constexpr std::chrono::seconds kBetweenLines{10};
  constexpr std::chrono::milliseconds kBetweenLooks{200};
  std::optional<double> best;
  std::optional<Clock::time_point> last;
  std::string shown;
  while (true) {
    follower.update();
    const LiveView& view = follower.view();
    const auto value = view.best ? std::optional(view.best->value) : std::nullopt;
    const auto now = Clock::now();
    const std::string line = reports::live_line(view, follower.pace()) + "\n";
    const bool due = !last || value != best || now - *last >= kBetweenLines || follower.ended();
    if (due && line != shown) {
      print_text(line);
      std::fflush(stdout);
      best = value;
      last = now;
      shown = line;
    }
    if (follower.ended() || std::ferror(stdout) != 0) {
      return;
    }
    std::this_thread::sleep_for(kBetweenLooks);
  }
}

}  // namespace

const char kWatchHelp[] =
    R"(Shows a sweep while it runs, on the whole terminal: the best value so far as a chart, the trials
that are being trained with their curves, what pruning has saved, and the latest events. It only
reads, and works from any terminal of the machine, over ssh and in tmux. q or Ctrl-C ends the view,
never the run.

Where stdout is no terminal, or TERM is dumb, it prints a line for each new best, and ends with the
run.

Examples
  hpsearch watch
  hpsearch watch quickstart --db results.db
  hpsearch watch > progress.log

Exit codes: 0 done; 1 the database cannot be read; 2 the sweep does not exist.
)";

int watch_command(const Invocation& invocation) {
  const auto queries = storage::open_queries(invocation.database);
  const storage::SweepRow sweep = choose_operand(*queries, invocation);
  Follower follower(*queries, sweep.sweep_id);
  if (!has_screen()) {
    watch_in_lines(follower);
    return kExitDone;
  }
  watch_on_screen(follower);
  print_text(reports::live_line(follower.view(), follower.pace()) + "\n");
  return kExitDone;
}

}  // namespace hpsearch::runner

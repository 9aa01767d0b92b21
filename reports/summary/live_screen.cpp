// The drawing of a LiveView: a function of the data and the size of the screen alone.
#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "nn/base/utf8.h"
#include "reports/summary/live_view.h"
#include "reports/sweep/event_text.h"
#include "reports/text/numbers.h"
#include "reports/text/printable.h"
#include "reports/text/sparkline.h"

namespace hpsearch::reports {
namespace {

using Lines = std::vector<std::string>;

constexpr std::size_t kSmallestChart = 6;  // rows, with its axis
constexpr std::size_t kTallestChart = 16;
constexpr std::size_t kFewestColumns = 10;  // of anything that is drawn

// The first `columns` characters.
std::string cut(const std::string& text, std::size_t columns) {
  std::size_t end = 0;
  for (std::size_t n = 0; n < columns && end < text.size(); ++n) {
    end += code_point_at(text, end).size;
  }
  return text.substr(0, std::min(end, text.size()));
}

std::string spaces(std::size_t count) {
  return std::string(count, ' ');
}

// The whole text, or as much of it as fits with dots behind it: half a number would be another one.
std::string fit(const std::string& text, std::size_t columns) {
  if (display_width(text) <= columns) {
    return text;
  }
  return columns < kFewestColumns ? cut(text, columns) : cut(text, columns - 3) + "...";
}

// The left text, and the right one at the end of the line, unless the left one gets no room then.
std::string spread(const std::string& left, const std::string& right, std::size_t columns) {
  const std::size_t taken = display_width(right) + 2;
  if (columns < taken + 2 * kFewestColumns) {
    return fit(left, columns);
  }
  const std::string begin = fit(left, columns - taken);
  return begin + spaces(columns - display_width(begin) - display_width(right)) + right;
}

// "0:42", "12:05", "3:07:11"
std::string clock_text(double seconds) {
  const auto all = static_cast<std::int64_t>(std::max(0.0, seconds));
  return all < 3600 ? fmt::format("{}:{:02}", all / 60, all % 60)
                    : fmt::format("{}:{:02}:{:02}", all / 3600, all / 60 % 60, all % 60);
}

bool is_live(const LiveView& view) {
  return view.state == storage::SweepState::kRunning;
}

std::string state_words(const LiveView& view) {
  std::string text(to_text(view.state));
  if (!is_live(view) && view.stop_reason) {
    text += ": " + reason_text(to_text(*view.stop_reason));
  }
  return text;
}

std::string title_line(const LiveView& view, std::size_t columns) {
  const std::string goal =
      view.metric.empty()
          ? "no metric"
          : fmt::format("{} {}", view.maximize ? "maximize" : "minimize", view.metric);
  return spread(fmt::format("{}: {} search, {}", view.name, view.method, goal),
                fmt::format("{}, {}", state_words(view), clock_text(view.active_seconds)), columns);
}

// Counts that are not 0: ", 5 pruned, 1 diverged".
std::string counts(const LiveView& view) {
  std::string text;
  const auto add = [&](std::int64_t n, const char* what) {
    text += n > 0 ? fmt::format(", {} {}", n, what) : "";
  };
  add(view.pruned, "pruned");
  add(view.diverged, "diverged");
  add(view.failed, "failed");
  add(view.queued, "queued");
  return text;
}

std::string pace_text(const LiveView& view, const LivePace& pace) {
  if (!is_live(view) || !pace.epochs_per_second || *pace.epochs_per_second <= 0.0) {
    return "";
  }
  std::string text = fmt::format(", {} epochs/s", short_number(*pace.epochs_per_second));
  if (view.epochs_left > 0.0) {
    text += fmt::format(", {} left", clock_text(view.epochs_left / *pace.epochs_per_second));
  }
  return text;
}

std::string progress_line(const LiveView& view,
                          const LivePace& pace,
                          std::size_t columns,
                          Glyphs glyphs) {
  const std::string text = fmt::format("{}/{} trials{}{}", view.done(), view.planned, counts(view),
                                       pace_text(view, pace));
  const std::size_t width = display_width(text);
  if (width + 3 + kFewestColumns > columns) {
    return fit(text, columns);
  }
  const std::size_t bar = std::min<std::size_t>(columns - width - 3, 40);
  const double share =
      view.planned > 0
          ? std::min(1.0, static_cast<double>(view.done()) / static_cast<double>(view.planned))
          : 0.0;
  const auto filled = static_cast<std::size_t>(share * static_cast<double>(bar));
  std::string drawn;
  for (std::size_t i = 0; i < bar; ++i) {
    drawn += glyphs == Glyphs::kUnicode ? (i < filled ? "█" : "░") : (i < filled ? "#" : ".");
  }
  return fmt::format("[{}] {}", drawn, text);
}

std::string best_line(const LiveView& view) {
  if (!view.best) {
    return "best: no trial is complete yet";
  }
  const LiveView::Best& best = *view.best;
  return fmt::format("best {} {}: trial {}{}{}{}", view.metric, short_number(best.value),
                     best.trial, best.epoch ? fmt::format(", epoch {}", *best.epoch) : "",
                     best.params.empty() ? "" : "; ", best.params);
}

std::string saved_line(const LiveView& view) {
  const auto saved = static_cast<double>(view.saved_epochs);
  return fmt::format("pruning saved {} epochs ({:.0f} %)", view.saved_epochs,
                     100.0 * saved / (saved + static_cast<double>(view.epochs)));
}

Lines chart(const LiveView& view, std::size_t columns, std::size_t rows, Glyphs glyphs) {
  if (view.best_so_far.empty() || rows < kSmallestChart || columns < 2 * kFewestColumns) {
    return {};
  }
  const std::vector<PlotSeries> series{{view.best_so_far, Stroke::kSolid, '*'}};
  auto frame = frame_of(series, view.metric.ends_with("loss"), columns, glyphs);
  if (!frame) {
    return {};
  }
  frame->height = rows - 2;  // below it are the axis and its labels
  frame->across = "best so far, by complete trials";
  return char_plot(series, *frame);
}

// What the curves of all running trials share.
std::pair<double, double> scale_of(const LiveView& view) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const LiveTrial& trial : view.running) {
    for (const double value : trial.curve) {
      if (std::isfinite(value)) {
        low = std::min(low, value);
        high = std::max(high, value);
      }
    }
  }
  return low <= high ? std::pair(low, high) : std::pair(0.0, 1.0);
}

// How many workers have no trial.
int idle_workers(const LiveView& view) {
  const auto busy = static_cast<int>(view.running.size());
  return is_live(view) ? std::max(0, view.workers - busy) : 0;
}

std::size_t widest(const std::vector<std::string>& cells) {
  std::size_t width = 0;
  for (const std::string& cell : cells) {
    width = std::max(width, display_width(cell));
  }
  return width;
}

// "trial  epoch  val_accuracy  curve  worker, parameters", a row for each trial, and how many are
// left out.
Lines running_lines(const LiveView& view, std::size_t columns, std::size_t rows, Glyphs glyphs) {
  if (view.running.empty() || rows < 2) {
    return {};
  }
  constexpr std::size_t kCurve = 20;
  const int idle = idle_workers(view);
  const bool all = view.running.size() + (idle > 0 ? 2 : 1) <= rows;
  const std::size_t shown = all ? view.running.size() : rows - 2;
  std::vector<std::string> numbers{"trial"};
  std::vector<std::string> epochs{"epoch"};
  std::vector<std::string> values{view.metric};
  for (std::size_t i = 0; i < shown; ++i) {
    const LiveTrial& trial = view.running[i];
    numbers.push_back(std::to_string(trial.number));
    epochs.push_back(trial.epochs > 0 ? fmt::format("{}/{}", trial.epochs_done, trial.epochs)
                                      : std::to_string(trial.epochs_done));
    values.push_back(trial.curve.empty() ? "-" : short_number(trial.curve.back()));
  }
  const auto [low, high] = scale_of(view);
  Lines lines;
  for (std::size_t i = 0; i <= shown; ++i) {
    const LiveTrial* trial = i == 0 ? nullptr : &view.running[i - 1];
    const std::string curve =
        trial == nullptr ? "curve" : sparkline(trial->curve, kCurve, low, high, glyphs);
    const std::string rest =
        trial == nullptr
            ? "worker, parameters"
            : trial->worker + (trial->worker.empty() || trial->params.empty() ? "" : ", ") +
                  trial->params;
    lines.push_back(
        fit(fmt::format("{:>{}}  {:>{}}  {}{}  {}{}  {}", numbers[i], widest(numbers), epochs[i],
                        widest(epochs), spaces(widest(values) - display_width(values[i])),
                        values[i], curve, spaces(kCurve - display_width(curve)), rest),
            columns));
  }
  if (!all) {
    lines.push_back(
        fit(fmt::format("({} more are running)", view.running.size() - shown), columns));
  } else if (idle > 0) {
    lines.push_back(fit(fmt::format("({} of {} workers wait)", idle, view.workers), columns));
  }
  return lines;
}

Lines event_lines(const LiveView& view, std::size_t columns, std::size_t rows) {
  if (view.events.empty() || rows < 2) {
    return {};
  }
  Lines lines{fit("events (UTC)", columns)};
  const std::size_t shown = std::min(rows - 1, view.events.size());
  for (std::size_t i = view.events.size() - shown; i < view.events.size(); ++i) {
    const auto& [time, words] = view.events[i];
    lines.push_back(fit(fmt::format("  {}  {}", time, words), columns));
  }
  return lines;
}

// A part of the screen, with an empty line before it.
void append(Lines& screen, const Lines& part) {
  if (!part.empty()) {
    screen.emplace_back();
    screen.insert(screen.end(), part.begin(), part.end());
  }
}

}  // namespace

std::vector<std::string> draw_live(const LiveView& view,
                                   const LivePace& pace,
                                   ScreenSize size,
                                   Glyphs glyphs) {
  const std::size_t columns = std::max<std::size_t>(size.columns, 1);
  Lines screen{title_line(view, columns), progress_line(view, pace, columns, glyphs)};
  if (!view.metric.empty()) {
    screen.push_back(fit(best_line(view), columns));
  }
  if (view.saved_epochs > 0) {
    screen.push_back(fit(saved_line(view), columns));
  }
  // The last row has the keys, and a part takes an empty row besides its own.
  const auto left = [&] {
    return size.rows > screen.size() + 2 ? size.rows - screen.size() - 2 : 0;
  };
  // The trials get their rows first, up to half of what is left; the chart two fifths of it.
  const std::size_t wanted = view.running.empty() ? 0 : view.running.size() + 3;
  const std::size_t trials = std::min(wanted, (left() + 1) / 2);
  const std::size_t most = std::min(left() - std::min(left(), trials), kTallestChart);
  append(screen,
         chart(view, columns, std::min(std::max(kSmallestChart, left() * 2 / 5), most), glyphs));
  append(screen, running_lines(view, columns, left(), glyphs));
  append(screen, event_lines(view, columns, left()));
  if (size.rows > 0) {
    screen.resize(std::max<std::size_t>(size.rows, 1) - 1);
    screen.push_back(
        fit(is_live(view) ? "q ends this view, not the run" : "q ends this view", columns));
  } else {
    screen.clear();
  }
  return screen;
}

std::string live_line(const LiveView& view, const LivePace& pace) {
  std::string text =
      fmt::format("{}: {}/{} trials{}", view.name, view.done(), view.planned, counts(view));
  if (view.best) {
    text += fmt::format(", best {} {} (trial {})", view.metric, short_number(view.best->value),
                        view.best->trial);
  }
  if (!view.running.empty()) {
    text += fmt::format(", {} running", view.running.size());
  }
  return text + pace_text(view, pace) +
         (is_live(view) ? "" : fmt::format("; {}", state_words(view)));
}

}  // namespace hpsearch::reports

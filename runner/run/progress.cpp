#include "runner/run/progress.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "reports/text/numbers.h"

namespace hpsearch::runner {
namespace {

constexpr double kLiveInterval = 0.1;
constexpr double kPlainInterval = 10.0;

std::string clock_text(double seconds) {
  const auto whole = static_cast<long long>(std::ceil(seconds));
  return whole < 3600 ? fmt::format("{}:{:02}", whole / 60, whole % 60)
                      : fmt::format("{}:{:02}:{:02}", whole / 3600, whole % 3600 / 60, whole % 60);
}

}  // namespace

std::string progress_text(const ProgressSnapshot& s) {
  std::string text = fmt::format("{}/{} {}", s.trials_done, s.trials_total, s.unit);
  if (s.trials_pruned > 0) {
    text += fmt::format(", {} pruned", s.trials_pruned);
  }
  if (s.best_value) {
    text += fmt::format(", best {} {} (trial {})", s.metric, reports::short_number(*s.best_value),
                        s.best_trial);
  }
  if (s.elapsed_seconds > 0.0 && s.epochs > 0.0) {
    text += fmt::format(", {} epochs/s", reports::short_number(s.epochs / s.elapsed_seconds));
  }
  if (s.share > 0.0 && s.share < 1.0) {
    text += fmt::format(", {} left", clock_text(s.elapsed_seconds * (1.0 - s.share) / s.share));
  }
  return text;
}

void Progress::say_soon(const std::string& text) {
  const std::lock_guard lock(mutex_);
  waiting_.push_back(text);
}

void Progress::say_what_waits() {
  std::vector<std::string> lines;
  {
    const std::lock_guard lock(mutex_);
    lines.swap(waiting_);
  }
  for (const std::string& line : lines) {
    say(line);
  }
}

void Progress::show(const ProgressSnapshot& snapshot) {
  say_what_waits();
  const double interval = printer_.is_terminal() ? kLiveInterval : kPlainInterval;
  const bool new_best = !printer_.is_terminal() && snapshot.best_value != last_best_;
  if (!new_best && snapshot.elapsed_seconds - last_shown_ < interval) {
    return;
  }
  last_best_ = snapshot.best_value;
  last_done_ = snapshot.trials_done;
  last_shown_ = snapshot.elapsed_seconds;
  printer_.live(progress_text(snapshot));
}

void Progress::finish(const ProgressSnapshot& snapshot) {
  say_what_waits();
  // Lines that are not overwritten would say the same twice.
  const bool shown = snapshot.trials_done == last_done_ && snapshot.best_value == last_best_;
  if (printer_.is_terminal() || !shown) {
    printer_.live(progress_text(snapshot));
  }
  printer_.end_live();
}

double EpochCounter::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
}

ProgressSnapshot EpochCounter::fill(ProgressSnapshot now) const {
  now.elapsed_seconds = seconds();
  now.epochs = static_cast<double>(trained_.load(std::memory_order_relaxed));
  if (epochs_ <= 0.0 && planned_ == 0) {  // trials of unknown length
    now.share = static_cast<double>(ended_) / std::max(1.0, static_cast<double>(trials_));
    return now;
  }
  const double all = epochs_ > 0.0 ? epochs_ : static_cast<double>(trials_) * std::max(1, planned_);
  now.share = std::min(1.0, (now.epochs + static_cast<double>(skipped_)) / std::max(1.0, all));
  return now;
}

}  // namespace hpsearch::runner

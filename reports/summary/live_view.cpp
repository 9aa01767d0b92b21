#include "reports/summary/live_view.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "reports/findings/curves.h"
#include "reports/sweep/event_text.h"
#include "reports/sweep/sweep_list.h"
#include "reports/text/numbers.h"
#include "reports/text/printable.h"
#include "storage/events.h"

namespace hpsearch::reports {
namespace {

using search::TrialState;

// A model's reasons for each trial would hide everything else.
constexpr int kEvents = 200;
constexpr std::size_t kShownEvents = 50;
constexpr std::size_t kMostRunning = 64;  // whose curves are read

std::string params_of(const search::ParamSet& params,
                      const std::vector<SearchedParameter>& searched) {
  std::vector<std::string> parts;
  for (const SearchedParameter& parameter : searched) {
    if (const auto found = params.find(parameter.name); found != params.end()) {
      parts.push_back(fmt::format("{} {}", printable(parameter.name), short_text(found->second)));
    }
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

void count(LiveView& view, const storage::TrialRow& row) {
  view.complete += row.state == TrialState::kComplete ? 1 : 0;
  view.pruned += row.state == TrialState::kPruned ? 1 : 0;
  view.diverged += row.state == TrialState::kDiverged ? 1 : 0;
  view.failed += row.state == TrialState::kFailed ? 1 : 0;
  view.queued += row.state == TrialState::kQueued ? 1 : 0;
  view.epochs += row.epochs_done;
  view.saved_epochs +=
      row.state == TrialState::kPruned ? std::max(0, row.epochs - row.epochs_done) : 0;
}

LiveTrial running_trial(storage::Queries& queries, const SweepData& data, const TrialData& trial) {
  LiveTrial live{trial.row.number, printable(trial.row.worker.value_or("")), trial.row.epochs_done,
                 trial.row.epochs, params_of(trial.params, data.parameters), {}};
  for (const Curve& curve : read_curves(queries, trial.row, data.sweep.metric).curves) {
    if (curve.name == data.sweep.metric) {
      for (const auto& [epoch, value] : curve.values) {
        live.curve.push_back(value);
      }
    }
  }
  return live;
}

// The best value of complete trials so far, a point for each that has one. With stages, trials of
// later ones replace those of earlier ones: only they compete.
void add_best_so_far(LiveView& view, const SweepData& data) {
  const TrialData* best = nullptr;
  double ordinal = 0.0;
  for (const TrialData& trial : data.trials) {
    if (!trial.complete()) {
      continue;
    }
    if (best == nullptr || better(trial.standing(), best->standing())) {
      best = &trial;
    }
    view.best_so_far.emplace_back(ordinal += 1.0, *best->row.value);
  }
}

void add_events(LiveView& view, storage::Queries& queries, std::int64_t sweep_id) {
  auto log = queries.last_events(sweep_id, kEvents);
  std::erase_if(
      log, [](const storage::LogRow& row) { return row.event.kind == storage::Suggested::kKind; });
  const std::size_t first = log.size() > kShownEvents ? log.size() - kShownEvents : 0;
  for (std::size_t i = first; i < log.size(); ++i) {
    const std::string words = event_text(log[i].event);
    view.events.emplace_back(
        time_text(log[i].at),
        log[i].trial ? fmt::format("trial {}: {}", *log[i].trial, words) : words);
  }
}

}  // namespace

LiveView LiveReader::read(storage::Queries& queries, const storage::SweepRow& sweep) {
  followed_.update(queries, sweep);
  const SweepData& data = followed_.data();
  LiveView view;
  view.name = printable(data.sweep.name);
  view.method = printable(data.sweep.method);
  view.metric = printable(data.sweep.metric);
  view.maximize = data.maximize();
  view.state = data.sweep.state;
  view.stop_reason = data.sweep.stop_reason;
  view.active_seconds = data.sweep.active_seconds;
  view.planned = planned_trials(queries, sweep.sweep_id);
  double longest = 0.0;
  double trained = 0.0;  // of running trials
  for (const TrialData& trial : data.trials) {
    count(view, trial.row);
    longest = std::max(longest, static_cast<double>(trial.row.epochs));
    if (trial.row.state == TrialState::kRunning) {
      trained += trial.row.epochs_done;
      if (view.running.size() < kMostRunning) {
        view.running.push_back(running_trial(queries, data, trial));
      }
    }
  }
  view.epochs_left = std::max(
      0.0, longest * static_cast<double>(std::max<std::int64_t>(0, view.planned - view.done())) -
               trained);
  const auto runs = storage::events_of<storage::RunStarted>(queries, sweep.sweep_id);
  view.workers = runs.empty() ? 0 : runs.back().workers;
  if (!data.ranked.empty()) {
    const TrialData& best = data.trials[data.ranked.front()];
    view.best = LiveView::Best{best.row.number, best.row.value.value_or(0.0), best.row.best_epoch,
                               params_of(best.params, data.parameters)};
  }
  add_best_so_far(view, data);
  add_events(view, queries, sweep.sweep_id);
  return view;
}

}  // namespace hpsearch::reports

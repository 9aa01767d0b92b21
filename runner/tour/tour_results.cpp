#include "runner/tour/tour_results.h"

#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "reports/text/numbers.h"
#include "search/space/space.h"
#include "storage/error.h"

namespace hpsearch::runner {
namespace {

storage::SweepRow find_sweep(storage::Queries& queries, std::string_view name) {
  if (auto sweep = queries.sweep(std::string(name))) {
    return *std::move(sweep);
  }
  throw storage::StoreError(
      fmt::format("{}: has no sweep '{}', which the tour trains; run the tour again",
                  queries.path().string(), name));
}

[[noreturn]] void refuse_absent(storage::Queries& queries,
                                std::string_view sweep,
                                const std::string& what) {
  throw storage::StoreError(fmt::format("{}: sweep '{}' has no {}; run the tour again",
                                        queries.path().string(), sweep, what));
}

}  // namespace

double TourTrial::number(const std::string& parameter) const {
  const auto found = params.find(parameter);
  return found == params.end() ? std::numeric_limits<double>::quiet_NaN() : found->second.number();
}

std::string TourTrial::text(const std::string& parameter) const {
  const auto found = params.find(parameter);
  return found == params.end() ? "" : reports::short_text(found->second);
}

std::vector<TourTrial> tour_trials(storage::Queries& queries, std::string_view sweep) {
  std::vector<TourTrial> trials;
  for (storage::TrialRow& row : queries.trials(find_sweep(queries, sweep).sweep_id)) {
    search::ParamSet params = search::parse_params_json(row.params_json);
    trials.push_back({std::move(row), std::move(params)});
  }
  return trials;
}

TourTrial tour_trial(storage::Queries& queries,
                     std::string_view sweep,
                     const std::string& parameter,
                     double value) {
  for (TourTrial& trial : tour_trials(queries, sweep)) {
    if (trial.number(parameter) == value) {
      return std::move(trial);
    }
  }
  refuse_absent(queries, sweep, fmt::format("trial with {} {}", parameter, value));
}

std::vector<std::pair<double, double>> tour_curve(storage::Queries& queries,
                                                  const TourTrial& trial,
                                                  std::string_view column) {
  std::vector<std::pair<double, double>> points;
  const nn::EpochColumn* field = nn::find_epoch_column(column);
  for (const nn::EpochRecord& epoch : queries.epochs(trial.row.trial_id)) {
    points.emplace_back(epoch.epoch, epoch.*field->field);
  }
  return points;
}

double tour_last(storage::Queries& queries, const TourTrial& trial, std::string_view column) {
  const auto points = tour_curve(queries, trial, column);
  return points.empty() ? std::numeric_limits<double>::quiet_NaN() : points.back().second;
}

double initial_loss(storage::Queries& queries, const TourTrial& trial) {
  const auto rows = queries.metric(trial.row.trial_id, "initial_loss");
  return rows.empty() ? std::numeric_limits<double>::quiet_NaN() : rows.front().value;
}

TourTrial tour_best(storage::Queries& queries, std::string_view sweep) {
  const auto best = queries.best(std::string(sweep));
  if (!best) {
    refuse_absent(queries, sweep, "complete trial");
  }
  return tour_trials(queries, sweep).at(best->trial);
}

}  // namespace hpsearch::runner

#include "reports/findings/pruning_gain.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "reports/findings/noise.h"
#include "reports/sweep/stored_content.h"
#include "search/pruners/pruner.h"
#include "search/sweep/metric.h"

namespace hpsearch::reports {
namespace {

constexpr std::size_t kLeastTrials = 20;
constexpr int kLeastEpochs = 9;

struct Course {
  std::int64_t trial_id = 0;
  int epochs = 0;                // trained
  std::vector<double> at_rungs;  // the best score up to each; infinite without one
};

// The length of the trials of the stage that competes; 0 where they differ, or are no such trials.
int common_length(const SweepData& data) {
  const bool has_pruner = data.sweep.config_yaml.starts_with("early_terminate:") ||
                          data.sweep.config_yaml.find("\nearly_terminate:") != std::string::npos;
  if (has_pruner || data.stages.size() > 1 || data.ranked.size() < kLeastTrials ||
      folds_of(data.sweep.data_json) > 0 || runs_program(data.sweep)) {
    return 0;
  }
  const storage::TrialRow& best = data.trials[data.ranked.front()].row;
  for (const TrialData& trial : data.trials) {
    if (trial.row.state == search::TrialState::kPruned ||
        (trial.row.stage == best.stage && trial.row.epochs != best.epochs)) {
      return 0;
    }
  }
  return best.best_epoch ? best.epochs : 0;
}

// Of the stage that competes.
std::vector<Course> courses(storage::Queries& queries,
                            const SweepData& data,
                            const std::vector<int>& rungs) {
  const storage::TrialRow& best = data.trials[data.ranked.front()].row;
  const search::Metric metric{data.sweep.metric,
                              data.maximize() ? search::Goal::kMaximize : search::Goal::kMinimize};
  const bool is_column = nn::find_epoch_column(metric.name) != nullptr;
  std::vector<Course> all;
  queries.for_each_result(data.sweep.sweep_id, [&](const storage::ResultRow& row,
                                                   std::span<const nn::EpochRecord> epochs) {
    if (row.stage != best.stage) {
      return;
    }
    Course course{row.trial_id, static_cast<int>(epochs.size()), {}};
    course.at_rungs.assign(rungs.size(), std::numeric_limits<double>::infinity());
    const auto add = [&](int epoch, double value) {
      for (std::size_t i = 0; i < rungs.size(); ++i) {
        if (epoch <= rungs[i] && std::isfinite(value)) {
          course.at_rungs[i] = std::min(course.at_rungs[i], metric.score(value));
        }
      }
    };
    for (const nn::EpochRecord& epoch : epochs) {
      if (const auto value = is_column ? metric.value(epoch) : std::nullopt) {
        add(epoch.epoch, *value);
      }
    }
    if (!is_column) {
      for (const storage::MetricRow& value : queries.metric(row.trial_id, metric.name)) {
        add(value.epoch, value.value);
      }
    }
    all.push_back(std::move(course));
  });
  return all;
}

}  // namespace

std::optional<PruningGain> pruning_gain(storage::Queries& queries, const SweepData& data) {
  const int length = common_length(data);
  if (length < kLeastEpochs) {
    return std::nullopt;
  }
  PruningGain gain;
  const search::PrunerInfo& asha = *search::find_pruner("asha");
  search::PrunerOptions options;
  for (const search::PrunerOption& option : asha.options) {
    if (auto value = search::default_value(option)) {
      options.emplace(option.name, *std::move(value));
    }
  }
  gain.eta = *search::real(options, "eta");
  for (const std::int64_t rung : asha.rungs(options, length)) {
    gain.rungs.push_back(static_cast<int>(rung));
  }
  std::vector<Course> alive = courses(queries, data, gain.rungs);
  if (alive.size() < kLeastTrials || gain.rungs.empty()) {
    return std::nullopt;
  }
  std::int64_t all = 0;
  std::int64_t trained = 0;
  for (const Course& course : alive) {
    all += course.epochs;
    trained += std::min(course.epochs, gain.rungs.front());
  }
  for (std::size_t i = 0; i < gain.rungs.size(); ++i) {
    std::stable_sort(alive.begin(), alive.end(), [&](const Course& a, const Course& b) {
      return a.at_rungs[i] < b.at_rungs[i];
    });
    alive.resize(std::max<std::size_t>(
        1, static_cast<std::size_t>(static_cast<double>(alive.size()) / gain.eta)));
    const int next = i + 1 < gain.rungs.size() ? gain.rungs[i + 1] : length;
    for (const Course& course : alive) {
      trained += std::max(0, std::min(course.epochs, next) - gain.rungs[i]);
    }
  }
  const std::int64_t best = data.trials[data.ranked.front()].row.trial_id;
  gain.saved = all > 0 ? 1.0 - static_cast<double>(trained) / static_cast<double>(all) : 0.0;
  gain.keeps_best = std::any_of(alive.begin(), alive.end(),
                                [&](const Course& course) { return course.trial_id == best; });
  return gain;
}

}  // namespace hpsearch::reports

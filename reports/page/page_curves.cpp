#include "reports/page/page_curves.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "reports/findings/noise.h"
#include "reports/sweep/stored_content.h"
#include "reports/sweep/trial_course.h"
#include "reports/text/json_text.h"

namespace hpsearch::reports {
namespace {

constexpr std::size_t kMostCurves = 3000;
constexpr std::size_t kBest = 100;             // trials that are always drawn
constexpr std::size_t kMostNumbers = 250'000;  // bounds the size of the page
constexpr std::size_t kMostPoints = 200;       // per curve: more than a chart has columns
constexpr std::size_t kFewPoints = 12;         // per curve: fewer would not show its shape
constexpr int kDigits = 4;

constexpr std::array kSeries{
    *nn::find_epoch_column("train_loss"), *nn::find_epoch_column("val_loss"),
    *nn::find_epoch_column("train_accuracy"), *nn::find_epoch_column("val_accuracy")};

// Regressions have no accuracies to draw.
bool has_accuracies(const std::vector<nn::EpochRecord>& epochs) {
  return std::any_of(epochs.begin(), epochs.end(),
                     [](const auto& e) { return std::isfinite(e.val_accuracy); });
}

bool has_begun(const TrialData& trial) {
  return trial.row.epochs_done > 0 || trial.row.state == search::TrialState::kRunning;
}

// Of a trial of several trainings the means over them.
std::vector<nn::EpochRecord> epochs_of(storage::Queries& queries,
                                       const storage::TrialRow& trial,
                                       bool in_folds) {
  return in_folds || (trial.value && !trial.best_epoch) ? read_course(queries, trial).epochs
                                                        : queries.epochs(trial.trial_id);
}

// The metric of a program by epoch, NaN where it has none; empty if it is a column of `epochs`.
std::vector<double> metric_by_epoch(storage::Queries& queries,
                                    const storage::TrialRow& trial,
                                    const std::string& metric,
                                    const std::vector<nn::EpochRecord>& epochs) {
  std::vector<double> values(epochs.size(), std::numeric_limits<double>::quiet_NaN());
  const nn::EpochColumn* column = nn::find_epoch_column(metric);
  std::map<int, double> series;
  for (const storage::MetricRow& row : queries.metrics(trial.trial_id)) {
    if (row.name == metric) {
      series.emplace(row.epoch, row.value);
    }
  }
  for (std::size_t i = 0; i < epochs.size(); ++i) {
    const auto found = series.find(epochs[i].epoch);
    values[i] = column != nullptr       ? epochs[i].*column->field
                : found != series.end() ? found->second
                                        : values[i];
  }
  return values;
}

}  // namespace

std::vector<std::size_t> choose_curves(const SweepData& data, std::size_t most) {
  std::set<std::size_t> chosen;
  for (std::size_t i = 0; i < data.trials.size(); ++i) {
    if (data.trials[i].row.state == search::TrialState::kRunning) {
      chosen.insert(i);
    }
  }
  for (std::size_t i = 0; i < std::min({kBest, data.ranked.size(), most}); ++i) {
    chosen.insert(data.ranked[i]);
  }
  std::vector<std::size_t> others;
  for (std::size_t i = 0; i < data.trials.size(); ++i) {
    if (has_begun(data.trials[i]) && !chosen.contains(i)) {
      others.push_back(i);
    }
  }
  const std::size_t room = most > chosen.size() ? most - chosen.size() : 0;
  if (room > 0) {
    const std::size_t stride = (others.size() + room - 1) / room;
    for (std::size_t i = 0; i < others.size(); i += std::max<std::size_t>(1, stride)) {
      chosen.insert(others[i]);
    }
  }
  return {chosen.begin(), chosen.end()};
}

std::vector<std::size_t> thin(std::size_t count, std::size_t most, std::size_t keep) {
  std::set<std::size_t> kept;
  for (std::size_t i = 0; i < count && count <= most; ++i) {
    kept.insert(i);
  }
  for (std::size_t i = 0; i < most && count > most; ++i) {
    kept.insert(i * (count - 1) / std::max<std::size_t>(1, most - 1));
  }
  if (keep < count && kept.insert(keep).second && kept.size() > most && most > 2) {
    // Drop its neighbour to make room, unless that is an end.
    auto at = kept.find(keep);
    auto neighbour = *kept.begin() == *std::prev(at) ? std::next(at) : std::prev(at);
    kept.erase(neighbour);
  }
  return {kept.begin(), kept.end()};
}

std::string page_curves(storage::Queries& queries, const SweepData& data) {
  const std::vector<std::size_t> chosen = choose_curves(data, kMostCurves);
  const std::size_t points =
      std::clamp(kMostNumbers / (kSeries.size() * std::max<std::size_t>(1, chosen.size())),
                 kFewPoints, kMostPoints);
  const bool in_folds = folds_of(data.sweep.data_json) > 0;
  const bool program = runs_program(data.sweep);  // which has one series that is known: the metric
  std::string curves;
  std::size_t used = 2;  // series with values: only the losses, or the accuracies too
  append_array(curves, chosen, [&](std::string& json, std::size_t index) {
    const TrialData& trial = data.trials[index];
    const auto epochs = epochs_of(queries, trial.row, in_folds);
    used = std::max(used, has_accuracies(epochs) ? kSeries.size() : 2);
    const auto best = static_cast<std::size_t>(trial.row.best_epoch.value_or(1) - 1);
    const auto kept = thin(epochs.size(), points, best);
    json += fmt::format("{{\"t\":{}", index);
    if (kept.size() < epochs.size()) {
      json += ",\"e\":";
      append_array(json, kept, [&](std::string& text, std::size_t i) {
        text += std::to_string(epochs[i].epoch);
      });
    }
    json += ",\"s\":";
    if (program) {
      const auto values = metric_by_epoch(queries, trial.row, data.sweep.metric, epochs);
      json += '[';
      append_array(json, kept, [&](std::string& number, std::size_t i) {
        append_number(number, values[i], kDigits);
      });
      json += "]}";
      return;
    }
    append_array(json, std::span(kSeries).first(used),
                 [&](std::string& text, const nn::EpochColumn& series) {
                   append_array(text, kept, [&](std::string& number, std::size_t i) {
                     append_number(number, epochs[i].*series.field, kDigits);
                   });
                 });
    json += '}';
  });
  const auto total = std::count_if(data.trials.begin(), data.trials.end(), has_begun);
  if (program) {
    return fmt::format("{{\"series\":[{}],\"total\":{},\"curves\":{}}}",
                       nn::json_text(nlohmann::json(data.sweep.metric)), total, curves);
  }
  std::string json = "{\"series\":";
  append_array(json, std::span(kSeries).first(used),
               [](std::string& text, const nn::EpochColumn& series) {
                 text += fmt::format("\"{}\"", series.name);
               });
  return json + fmt::format(",\"total\":{},\"curves\":{}}}", total, curves);
}

}  // namespace hpsearch::reports

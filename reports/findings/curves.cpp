#include "reports/findings/curves.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "reports/text/json_values.h"
#include "reports/text/numbers.h"
#include "reports/text/printable.h"

namespace hpsearch::reports {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kNarrowest = 36;  // columns; below this a picture is unreadable
constexpr std::size_t kGap = 2;         // columns between pictures

bool has_numbers(const Curve& curve) {
  return std::any_of(curve.values.begin(), curve.values.end(),
                     [](const auto& point) { return std::isfinite(point.second); });
}

bool is_training(const std::string& name) {
  return name.starts_with("train_");
}

// Validation solid, training dotted: the eye follows the curve that decides.
std::vector<PlotSeries> plotted(const TrialCurves& trial) {
  std::vector<PlotSeries> series;
  for (const Curve& curve : trial.curves) {
    PlotSeries& one = series.emplace_back();
    one.stroke = is_training(curve.name) ? Stroke::kDotted : Stroke::kSolid;
    one.letter = is_training(curve.name) ? 't' : 'v';
    for (const auto& [epoch, value] : curve.values) {
      one.points.emplace_back(epoch, value);
    }
  }
  return series;
}

// "trial 7, pruned: val_accuracy 0.95 at epoch 3"
std::string title_of(const storage::SweepRow& sweep, const TrialCurves& curves) {
  const storage::TrialRow& trial = curves.trial;
  std::string text = fmt::format("trial {}", trial.number);
  if (trial.state != search::TrialState::kComplete) {
    text += fmt::format(", {}", search::to_text(trial.state));
  }
  if (trial.value) {
    text += fmt::format(": {} {}", printable(sweep.metric), short_number(*trial.value));
  }
  return trial.best_epoch ? fmt::format("{} at epoch {}", text, *trial.best_epoch)
                          : text + mean_of_folds(curves.folds, curves.in_folds);
}

// "val_loss: solid, train_loss: dotted; log scale"
std::string legend(const std::vector<TrialCurves>& trials, const PlotFrame& frame) {
  std::vector<std::string> names;
  for (const TrialCurves& trial : trials) {
    for (const Curve& curve : trial.curves) {
      const bool training = is_training(curve.name);
      const char* how = frame.glyphs == Glyphs::kUnicode ? (training ? "dotted" : "solid")
                                                         : (training ? "t" : "v");
      const std::string name = fmt::format("{}: {}", printable(curve.name), how);
      if (std::find(names.begin(), names.end(), name) == names.end()) {
        names.push_back(name);
      }
    }
  }
  return fmt::format("{}{}", fmt::join(names, ", "), frame.logarithmic ? "; log scale" : "");
}

}  // namespace

std::vector<std::string> series_of(const std::string& metric) {
  for (const char* name : {"loss", "accuracy"}) {
    const std::string val = fmt::format("val_{}", name);
    const std::string train = fmt::format("train_{}", name);
    if (metric == name || metric == val || metric == train) {
      return {val, train};
    }
  }
  return {metric};
}

TrialCurves read_curves(storage::Queries& queries,
                        const storage::TrialRow& trial,
                        const std::string& metric) {
  const TrialCourse course = read_course(queries, trial);
  TrialCurves result{trial, {}, course.folds, course.in_folds};
  for (const std::string& name : series_of(metric)) {
    Curve curve{name, {}};
    // Series without a column are rows of the table `metrics`.
    if (const nn::EpochColumn* column = nn::find_epoch_column(name)) {
      for (const nn::EpochRecord& epoch : course.epochs) {
        curve.values.emplace_back(epoch.epoch, epoch.*column->field);
      }
    } else {
      for (const storage::MetricRow& row : course.metrics) {
        if (row.name == name) {
          curve.values.emplace_back(row.epoch, row.value);
        }
      }
    }
    if (has_numbers(curve)) {
      result.curves.push_back(std::move(curve));
    }
  }
  return result;
}

std::vector<std::string> series_names(storage::Queries& queries, std::int64_t trial_id) {
  std::set<std::string> names;
  for (const nn::EpochColumn& column : nn::kEpochColumns) {
    names.emplace(column.name);
  }
  for (const storage::MetricRow& row : queries.metrics(trial_id)) {
    names.insert(row.name);
  }
  return {names.begin(), names.end()};
}

std::string curves_text(const storage::SweepRow& sweep,
                        const std::vector<TrialCurves>& trials,
                        std::size_t width,
                        Glyphs glyphs) {
  std::vector<PlotSeries> all;
  // A log scale suits losses only, so a single other curve rules it out.
  bool losses = true;
  for (const TrialCurves& trial : trials) {
    for (PlotSeries& series : plotted(trial)) {
      all.push_back(std::move(series));
    }
    for (const Curve& curve : trial.curves) {
      losses = losses && curve.name.ends_with("loss");
    }
  }
  // As many side by side as the width allows.
  const std::size_t abreast = std::clamp<std::size_t>((width + kGap) / (kNarrowest + kGap), 1,
                                                      std::max<std::size_t>(trials.size(), 1));
  const std::size_t each = (width + kGap) / abreast - kGap;
  // One frame for all trials: pictures with different axes cannot be compared by eye.
  const auto frame = frame_of(all, losses, each, glyphs);
  if (!frame) {
    return wrapped("these trials have no recorded values to draw\n", width);
  }
  std::string text;
  for (std::size_t first = 0; first < trials.size(); first += abreast) {
    std::vector<std::vector<std::string>> pictures;
    for (std::size_t i = first; i < std::min(first + abreast, trials.size()); ++i) {
      std::vector<std::string> picture;
      const std::string title = wrapped(title_of(sweep, trials[i]), each);
      for (std::size_t at = 0; at <= title.size();) {
        const std::size_t end = std::min(title.find('\n', at), title.size());
        picture.push_back(title.substr(at, end - at));
        at = end + 1;
      }
      for (std::string& line : char_plot(plotted(trials[i]), *frame)) {
        picture.push_back(std::move(line));
      }
      pictures.push_back(std::move(picture));
    }
    // Pad at the top, so that titles of different heights do not shift the axes.
    std::size_t rows = 0;
    for (const auto& picture : pictures) {
      rows = std::max(rows, picture.size());
    }
    for (auto& picture : pictures) {
      picture.insert(picture.begin(), rows - picture.size(), "");
    }
    text += (first == 0 ? "" : "\n") + beside(pictures, width);
  }
  return text + wrapped(legend(trials, *frame) + "\n", width);
}

std::string curves_json(const storage::SweepRow& sweep, const std::vector<TrialCurves>& trials) {
  Json json{{"format", kJsonFormat},
            {"sweep", sweep.name},
            {"metric", sweep.metric},
            {"goal", sweep.goal},
            {"curves", Json::array()}};
  for (const TrialCurves& one : trials) {
    Json trial{{"trial", one.trial.number},
               {"state", search::to_text(one.trial.state)},
               {"value", or_null(one.trial.value)},
               {"best_epoch", or_null(one.trial.best_epoch)},
               {"series", Json::array()}};
    if (one.folds > 0) {
      trial[one.in_folds ? "folds" : "replicates"] = one.folds;
    }
    for (const Curve& curve : one.curves) {
      Json epochs = Json::array();
      Json values = Json::array();
      for (const auto& [epoch, value] : curve.values) {
        epochs.push_back(epoch);
        values.push_back(finite(value));
      }
      trial["series"].push_back({{"name", curve.name}, {"epochs", epochs}, {"values", values}});
    }
    json["curves"].push_back(std::move(trial));
  }
  return json_line(json);
}

TextTable curves_table(const std::vector<TrialCurves>& trials) {
  TextTable table{{"trial", "epoch"}, {}};
  std::vector<std::string> names;
  for (const TrialCurves& trial : trials) {
    for (const Curve& curve : trial.curves) {
      if (std::find(names.begin(), names.end(), curve.name) == names.end()) {
        names.push_back(curve.name);
      }
    }
  }
  table.columns.insert(table.columns.end(), names.begin(), names.end());
  for (const TrialCurves& trial : trials) {
    // Series may have values at different epochs; rows join them by epoch.
    std::map<int, std::vector<std::string>> rows;
    for (const Curve& curve : trial.curves) {
      const auto column = static_cast<std::size_t>(
          std::find(names.begin(), names.end(), curve.name) - names.begin());
      for (const auto& [epoch, value] : curve.values) {
        auto& row = rows[epoch];
        row.resize(names.size() + 2);
        row[0] = std::to_string(trial.trial.number);
        row[1] = std::to_string(epoch);
        row[2 + column] = full_number(value);
      }
    }
    for (auto& [epoch, row] : rows) {
      table.rows.push_back(std::move(row));
    }
  }
  return table;
}

}  // namespace hpsearch::reports

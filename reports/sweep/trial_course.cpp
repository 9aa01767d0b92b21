#include "reports/sweep/trial_course.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include <fmt/format.h>

namespace hpsearch::reports {
namespace {

struct Training {
  storage::TrainingId id;
  std::optional<int> best_epoch;
};

struct Mean {
  double sum = 0.0;
  int count = 0;
};

void add_epochs(std::map<int, std::pair<nn::EpochRecord, int>>& sums,
                const std::vector<nn::EpochRecord>& epochs) {
  for (const nn::EpochRecord& epoch : epochs) {
    const auto [it, first] = sums.try_emplace(epoch.epoch, epoch, 1);
    if (!first) {
      auto& [sum, count] = it->second;
      ++count;
      for (const nn::EpochColumn& column : nn::kEpochColumns) {
        sum.*column.field += epoch.*column.field;
      }
    }
  }
}

struct Ends {
  storage::MetricRow at_best;
  storage::MetricRow last;
};

// Rows come by epoch, so later ones replace earlier ones, at_best until that of the best epoch.
std::map<std::string, Ends> ends_of(const std::vector<storage::MetricRow>& metrics,
                                    std::optional<int> best_epoch) {
  std::map<std::string, Ends> result;
  for (const storage::MetricRow& row : metrics) {
    const auto [it, added] = result.emplace(row.name, Ends{row, row});
    if (!added && it->second.at_best.epoch != best_epoch) {
      it->second.at_best = row;
    }
    it->second.last = row;
  }
  return result;
}

}  // namespace

std::vector<storage::ReplicateRow> trainings_of(storage::Queries& queries,
                                                const storage::TrialRow& trial) {
  std::vector<storage::ReplicateRow> rows = queries.replicates(trial.trial_id);
  // A trial that `repeats` has left again keeps the rows of its further seeds.
  const bool repeated = !trial.best_epoch && rows.size() > 1;
  std::erase_if(rows, [&](const storage::ReplicateRow& row) { return !row.fold && !repeated; });
  return rows;
}

TrialCourse read_course(storage::Queries& queries, const storage::TrialRow& trial) {
  TrialCourse course;
  std::vector<Training> trainings;
  for (const storage::ReplicateRow& row : trainings_of(queries, trial)) {
    trainings.push_back({{trial.trial_id, row.replicate}, row.best_epoch});
    course.in_folds = row.fold.has_value();
  }
  course.folds = static_cast<int>(trainings.size());
  if (trainings.empty()) {
    trainings.push_back({{trial.trial_id}, trial.best_epoch});
  }
  std::map<int, std::pair<nn::EpochRecord, int>> epochs;
  std::map<std::pair<int, std::string>, Mean> metrics;
  std::map<std::string, SeriesEnds> series;
  for (const Training& training : trainings) {
    add_epochs(epochs, queries.epochs(training.id));
    const std::vector<storage::MetricRow> rows = queries.metrics(training.id);
    for (const storage::MetricRow& row : rows) {
      Mean& mean = metrics[{row.epoch, row.name}];
      mean.sum += row.value;
      ++mean.count;
    }
    for (const auto& [name, ends] : ends_of(rows, training.best_epoch)) {
      SeriesEnds& one = series[name];
      one.name = name;
      one.at_best.push_back(ends.at_best.value);
      one.last.push_back(ends.last.value);
      one.best_epoch = ends.at_best.epoch;
      one.last_epoch = std::max(one.last_epoch, ends.last.epoch);
    }
  }
  for (auto& [number, sum] : epochs) {
    auto& [epoch, count] = sum;
    if (count > 1) {
      for (const nn::EpochColumn& column : nn::kEpochColumns) {
        epoch.*column.field /= count;
      }
    }
    course.epochs.push_back(epoch);
    course.trainings.push_back(count);
  }
  for (const auto& [place, mean] : metrics) {
    course.metrics.push_back(
        {place.first, place.second, mean.count > 1 ? mean.sum / mean.count : mean.sum});
  }
  for (auto& [name, one] : series) {
    course.ends.push_back(std::move(one));
  }
  return course;
}

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::string mean_of_folds(int folds, bool in_folds) {
  return folds == 0 ? ""
                    : fmt::format(", the mean of {} {}{}", folds, in_folds ? "fold" : "seed",
                                  folds == 1 ? "" : "s");
}

}  // namespace hpsearch::reports

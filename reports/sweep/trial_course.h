// The epochs and series of a trial as reports show them. A trial in folds has a training for each
// fold, and a repeated one for each seed; reports show their means.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "storage/queries.h"

namespace hpsearch::reports {

// The values of one series that stand for a whole training, by training; those without the series
// have no item.
struct SeriesEnds {
  std::string name;
  std::vector<double> at_best;  // at the training's best epoch, or its last if there is none
  std::vector<double> last;     // of the training
  int best_epoch = 0;           // of the last item of at_best
  int last_epoch = 0;           // the largest of those of `last`
};

struct TrialCourse {
  int folds = 0;          // the trainings behind the values; 0 for a trial that has only one
  bool in_folds = false;  // else they differ in their seeds
  // By epoch; of folds the mean over those that have the epoch. Not finite where one of these
  // values is not.
  std::vector<nn::EpochRecord> epochs;
  std::vector<int> trainings;  // how many have it, for each item of `epochs`
  // By epoch and name, likewise. The test metrics belong to the trial: one training has them.
  std::vector<storage::MetricRow> metrics;
  std::vector<SeriesEnds> ends;  // by name
};

// The trainings that the trial's result comes from, by replicate; empty where there is only one.
// Throws storage::StoreError.
std::vector<storage::ReplicateRow> trainings_of(storage::Queries& queries,
                                                const storage::TrialRow& trial);

// Throws storage::StoreError.
TrialCourse read_course(storage::Queries& queries, const storage::TrialRow& trial);

// Of at least one value.
double mean_of(const std::vector<double>& values);

// ", the mean of 5 folds", or of 5 seeds; empty for a trial that has only one training.
std::string mean_of_folds(int folds, bool in_folds);

}  // namespace hpsearch::reports

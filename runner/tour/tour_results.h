// What the pictures of the tour read of a sweep.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "search/space/param_set.h"
#include "storage/queries.h"

namespace hpsearch::runner {

struct TourTrial {
  storage::TrialRow row;
  search::ParamSet params;

  double number(const std::string& parameter) const;
  std::string text(const std::string& parameter) const;
};

// All trials of a sweep by number. Throws StoreError if it is not there.
std::vector<TourTrial> tour_trials(storage::Queries& queries, std::string_view sweep);

// The trial whose parameter has this value. Throws StoreError if there is none.
TourTrial tour_trial(storage::Queries& queries,
                     std::string_view sweep,
                     const std::string& parameter,
                     double value);

// A series of the trial by epoch, such as train_loss; NaN where it is not finite.
std::vector<std::pair<double, double>> tour_curve(storage::Queries& queries,
                                                  const TourTrial& trial,
                                                  std::string_view column);

// The last value of that series.
double tour_last(storage::Queries& queries, const TourTrial& trial, std::string_view column);

// The loss before the first update.
double initial_loss(storage::Queries& queries, const TourTrial& trial);

// The best trial of the sweep. Throws StoreError if there is none.
TourTrial tour_best(storage::Queries& queries, std::string_view sweep);

}  // namespace hpsearch::runner

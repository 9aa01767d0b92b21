// How uncertain a value is when no trial was repeated.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace hpsearch::reports {

// The standard error of an accuracy measured on `rows` rows: sqrt(p (1 - p) / rows), that of a
// binomial proportion. It is at least 1 / rows, the effect of a single row, since an accuracy of 0
// or 1 is not certain either. Trials share their rows, so the error of a difference is at most
// sqrt(2) times this, and less the more alike the trials are.
double accuracy_error(double accuracy, std::int64_t rows);

// The standard deviation of an epoch's value around the trend, from second differences, in which a
// linear trend cancels (Gasser, Sroka and Jennen-Steinmetz 1986; with equal steps each has variance
// 6 s^2). Uses the last half of the epochs, where the trend bends least; NaN with fewer than six
// finite values there. This is only part of the noise: it tells how much the choice of an epoch
// matters, not how much other rows or seeds would.
double epoch_wobble(std::span<const double> values);

// The number of validation rows, from a sweep's data_json. Empty if not recorded: in sweeps begun
// with an older version, and for data that other programs loaded.
std::optional<std::int64_t> validation_rows(const std::string& data_json);

struct Noise {
  enum class Source { kRows, kEpochs, kUnknown, kFolds };
  Source source = Source::kUnknown;
  double deviation = 0.0;  // one standard error, in the metric's units; 0 if unknown
  std::int64_t rows = 0;   // for kRows; the number of folds for kFolds
};

// The standard error of the mean of a trial's folds: their standard deviation over the root of
// their number. Folds share rows to train on, so that it is rather too small than too large.
// Requires at least two.
Noise noise_of_folds(std::span<const double> values);

// The number of folds of a sweep's trials, from its data_json; 0 without folds.
int folds_of(const std::string& data_json);

// The noise of one value of `metric`: from the number of validation rows for val_accuracy,
// otherwise from the metric's value in each epoch of the trial.
Noise noise_of(const std::string& metric,
               double value,
               std::optional<std::int64_t> validation_rows,
               std::span<const double> epochs);

// "0.0076 (one standard error on 288 validation rows)"; an unknown source is named as such.
std::string to_text(const Noise& noise);

}  // namespace hpsearch::reports

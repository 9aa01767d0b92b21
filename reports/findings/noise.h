// How far a value is uncertain though nothing is repeated.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace hpsearch::reports {

// The standard error of an accuracy measured on `rows` rows: sqrt(p (1 - p) / rows), of a binomial
// share; at least that of one row more or less, 1 / rows, since all or none right do not mean that
// nothing is uncertain. Two trials are measured on the same rows: the error of their difference is
// at most sqrt(2) times this, if rows do not contradict each other, and less the more alike they
// are.
double accuracy_error(double accuracy, std::int64_t rows);

// The deviation of the values of consecutive epochs around their course, from their second
// differences, in which a straight course cancels (Gasser, Sroka and Jennen-Steinmetz 1986,
// of equal steps: each has variance 6 s^2). Over the last half of the epochs, where the course
// bends least; NaN of fewer than six finite values. It says how much the choice of an epoch changes
// the value, not how much other rows or another seed would: of the noise it is one part.
double epoch_wobble(std::span<const double> values);

// The rows of a sweep's validation part, from its data_json. Empty where they are not recorded:
// sweeps that began with an older version, and data that was not the program's own.
std::optional<std::int64_t> validation_rows(const std::string& data_json);

struct Noise {
  enum class Source { kRows, kEpochs, kUnknown };
  Source source = Source::kUnknown;
  double deviation = 0.0;  // one standard error, in the metric's unit; of kUnknown 0
  std::int64_t rows = 0;   // of kRows
};

// Of a metric's value: from the number of validation rows for val_accuracy, else from the best
// trial's epochs.
Noise noise_of(const std::string& metric,
               double value,
               std::optional<std::int64_t> validation_rows,
               std::span<const double> epochs);

// "0.0076 (validation on 288 rows)"; what is unknown is said too.
std::string to_text(const Noise& noise);

}  // namespace hpsearch::reports

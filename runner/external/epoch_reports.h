// Gathers a program's reports into epochs.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "nn/training/epoch_record.h"
#include "runner/external/report_line.h"

namespace hpsearch::runner {

// An epoch is over when the metric is reported, or when a report names another epoch. A report that
// names none belongs to the current one, so the epoch is the count of the metric's reports. A
// program that counts from 0 is counted from 1, and an epoch that is not above the one before is
// the next one. Whatever else was reported up to then belongs to the epoch; of a name that comes
// twice the last value stays.
class EpochReports {
 public:
  // `metric`: its name, empty if there is none: then each report without an epoch is one.
  explicit EpochReports(std::string metric) : metric_(std::move(metric)) {}

  // Takes a report; gives the epochs that it ends: none, one, or an earlier one and its own.
  std::vector<nn::EpochRecord> take(const Report& report);

  // What is left at the program's end, if anything. A last line that was a number is the metric,
  // unless that was reported by its name.
  std::optional<nn::EpochRecord> finish();

  // Has the metric had a finite value?
  bool has_metric() const { return finite_; }

 private:
  nn::EpochRecord end_epoch();
  int next_epoch() const;

  std::string metric_;
  std::map<std::string, double> pending_;
  std::optional<std::int64_t> written_epoch_;  // that the pending reports name
  std::optional<double> bare_;
  int last_ = 0;
  int shift_ = 0;       // 1 for programs that count from 0
  bool named_ = false;  // the metric has had a value by its name
  bool finite_ = false;
};

}  // namespace hpsearch::runner

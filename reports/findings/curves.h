// Learning curves of trials.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reports/text/char_plot.h"
#include "reports/text/delimited.h"
#include "storage/queries.h"

namespace hpsearch::reports {

struct Curve {
  std::string name;                            // val_loss
  std::vector<std::pair<int, double>> values;  // by epoch; NaN where it was not finite
};

struct TrialCurves {
  storage::TrialRow trial;
  std::vector<Curve> curves;  // that of validation first, then that of training, if there is one
};

// Which series belong to a name: "loss", "val_loss" and "train_loss" are the two of the loss,
// likewise of the accuracy; any other series of the epochs or of the table metrics is itself.
std::vector<std::string> series_of(const std::string& metric);

// The series of one trial; those that it does not have are left out.
TrialCurves read_curves(storage::Queries& queries,
                        const storage::TrialRow& trial,
                        const std::string& metric);

// The names of all series that a trial has, for a message.
std::vector<std::string> series_names(storage::Queries& queries, std::int64_t trial_id);

// One picture a trial below its name, all with the same axes, side by side where each has 36
// columns, with a last line that says what is what.
std::string curves_text(const storage::SweepRow& sweep,
                        const std::vector<TrialCurves>& trials,
                        std::size_t width,
                        Glyphs glyphs);

// {"format":1,"sweep":...,"curves":[{"trial":...,"series":[{"name":...,"epochs":[],"values":[]}]}]}
std::string curves_json(const storage::SweepRow& sweep, const std::vector<TrialCurves>& trials);

// A row an epoch of a trial: trial, epoch, then one column a series.
TextTable curves_table(const std::vector<TrialCurves>& trials);

}  // namespace hpsearch::reports

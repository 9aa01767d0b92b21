// Learning curves of trials: reading them, and drawing and exporting them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reports/sweep/trial_course.h"
#include "reports/text/char_plot.h"
#include "reports/text/delimited.h"
#include "storage/queries.h"

namespace hpsearch::reports {

struct Curve {
  std::string name;                            // val_loss
  std::vector<std::pair<int, double>> values;  // (epoch, value); NaN if it was not finite
};

struct TrialCurves {
  storage::TrialRow trial;
  std::vector<Curve> curves;  // validation first, then training if it exists
  int folds = 0;              // the curves are means over so many; 0 for a trial of one training
  bool in_folds = false;      // else they differ in their seeds
};

// The series that belong to a name: "loss", "val_loss" and "train_loss" all mean both losses,
// likewise for accuracy; any other epoch column or series stands for itself.
std::vector<std::string> series_of(const std::string& metric);

// The curves of one trial, of folds the means by epoch; series that it does not have are left out.
TrialCurves read_curves(storage::Queries& queries,
                        const storage::TrialRow& trial,
                        const std::string& metric);

// The names of all series of a trial, for a message.
std::vector<std::string> series_names(storage::Queries& queries, std::int64_t trial_id);

// One picture per trial under its title, all with the same axes, side by side if each gets at least
// 36 columns. The last line is the legend.
std::string curves_text(const storage::SweepRow& sweep,
                        const std::vector<TrialCurves>& trials,
                        std::size_t width,
                        Glyphs glyphs);

// {"format":1,"sweep":...,"curves":[{"trial":...,"series":[{"name":...,"epochs":[],"values":[]}]}]};
// of a trial in folds with "folds": their number.
std::string curves_json(const storage::SweepRow& sweep, const std::vector<TrialCurves>& trials);

// One row per trial and epoch: trial, epoch, then one column per series.
TextTable curves_table(const std::vector<TrialCurves>& trials);

}  // namespace hpsearch::reports

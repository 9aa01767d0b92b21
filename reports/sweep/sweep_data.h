// All trials and parameters of one sweep as plain vectors, read once: what statistics, advice,
// curves and the page are computed from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/queries.h"

namespace hpsearch::reports {

// A parameter that varies, as the sweep declared it.
struct SearchedParameter {
  std::string name;
  bool numeric = false;  // else one of `choices`
  bool logarithmic = false;
  bool integer = false;
  double step = 0.0;  // of a numeric one; 0: continuous
  // Of a numeric one: what its trials may be and have been. Boxes beyond the written range and
  // values that a person enqueued widen it.
  double low = 0.0;
  double high = 1.0;
  // As written; NaN where a distribution has no bounds.
  double written_low = 0.0;
  double written_high = 1.0;
  std::vector<nn::Value> choices = {};  // in the order of the file

  // Where the value lies between low and high on the parameter's own scale, 0 to 1. Of a choice its
  // place among the others, (index + 0.5) / count. NaN for a value that is neither.
  double place(const nn::Value& value) const;
};

struct TrialData {
  storage::TrialRow row;  // `interrupted` where nobody runs what was left `running`
  search::ParamSet params;
  std::optional<double> score;  // lower is better; where there is a value

  // Has it a value that may be ranked beside others of its stage?
  bool complete() const { return row.state == search::TrialState::kComplete && score.has_value(); }
};

struct SweepData {
  storage::SweepRow sweep;  // its state as current_state() says
  std::vector<storage::StageRow> stages;
  std::string written_space;  // as JSON; the first stage may search less, empty: it does not
  std::vector<SearchedParameter> parameters;  // by name
  std::vector<TrialData> trials;              // by number
  std::vector<std::size_t> ranked;  // indices of the trials that compete, the best first: complete
                                    // ones of the last stage that has any

  bool maximize() const { return sweep.goal == "maximize"; }
  bool logs_losses() const { return sweep.metric.ends_with("loss"); }
};

SweepData read_sweep_data(storage::Queries& queries, const storage::SweepRow& sweep);

}  // namespace hpsearch::reports

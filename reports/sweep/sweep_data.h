// All trials and parameters of one sweep as plain vectors, read once. Statistics, advice, curves
// and the page are computed from these.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reports/sweep/warm_summary.h"
#include "search/sweep/standing.h"
#include "storage/queries.h"

namespace hpsearch::reports {

// A parameter that varies, as the sweep declared it.
struct SearchedParameter {
  std::string name;
  bool numeric = false;  // otherwise one of `choices`
  bool logarithmic = false;
  bool integer = false;
  double step = 0.0;  // 0: continuous
  // Numeric: the range of possible and actual values. Boxes beyond the written range and enqueued
  // values widen it.
  double low = 0.0;
  double high = 1.0;
  // As written; NaN if the distribution is unbounded.
  double written_low = 0.0;
  double written_high = 1.0;
  std::vector<nn::Value> choices = {};  // in the order of the sweep file

  // The place of a value between low and high on the parameter's own scale, 0 to 1; for a choice
  // (index + 0.5) / count. NaN if the parameter cannot have it.
  double place(const nn::Value& value) const;
};

struct TrialData {
  storage::TrialRow row;  // `interrupted` if it was left `running` by a dead process
  search::ParamSet params;
  std::optional<double> score;  // lower is better; empty without a value

  search::Standing standing() const {
    return {row.state, row.stage, score, row.number, row.value && !row.best_epoch, row.violation};
  }
  // True if its value may be ranked against others of its stage.
  bool complete() const { return row.state == search::TrialState::kComplete && score.has_value(); }
};

struct SweepData {
  storage::SweepRow sweep;  // with the state of current_state()
  std::vector<storage::StageRow> stages;
  std::optional<WarmSummary> warm;            // the earlier sweep it started from
  std::string written_space;                  // as JSON; empty: the first stage searches all of it
  std::vector<SearchedParameter> parameters;  // by name
  std::vector<TrialData> trials;              // by number
  std::vector<std::size_t> ranked;  // indices of the trials that compete, the best first: complete
                                    // ones of the last stage that has any

  bool maximize() const { return sweep.goal == "maximize"; }
  bool logs_losses() const { return sweep.metric.ends_with("loss"); }
};

// Throws DamagedContent (stored_content.h) for parameters and ranges that cannot be read.
SweepData read_sweep_data(storage::Queries& queries, const storage::SweepRow& sweep);

// The data of a sweep that a run may be writing to, kept from one look at the database to the next.
class FollowedSweep {
 public:
  // Brings data() up to date, and returns the index of the first trial that may have changed since
  // the last call: the trials before it are not read again. Call it under a snapshot. Throws what
  // read_sweep_data() throws; then it has forgotten everything.
  std::size_t update(storage::Queries& queries, const storage::SweepRow& sweep);

  const SweepData& data() const { return data_; }
  // Hands the data over, and forgets everything.
  SweepData take() { return std::exchange(*this, {}).data_; }

  // The number of trials from the first on that neither wait nor train. If they change
  // nevertheless (the sweep goes on, a trial is tried again), update() starts anew.
  std::size_t settled() const { return settled_; }

  // The numbers of the settled trials from this index on, and of the trials after the settled ones.
  storage::NumberRange settled_from(std::size_t index) const;
  storage::NumberRange unsettled() const { return {number_at(settled_)}; }

  // The lowest number that the trial with this index can have: trials before it have lower ones.
  std::uint64_t number_at(std::size_t index) const;

 private:
  void read(storage::Queries& queries, const storage::SweepRow& sweep);

  SweepData data_;
  std::size_t settled_ = 0;
  std::string mark_;  // Queries::settled_mark() of the settled trials
};

// The same without parameters, for what looks at results alone, in a third of the memory:
// `parameters` and TrialData::params are empty, and of the rows params_json, origin and what is
// said of reasons, times and workers.
SweepData read_sweep_results(storage::Queries& queries, const storage::SweepRow& sweep);

}  // namespace hpsearch::reports

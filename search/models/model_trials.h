// Trials as the models see them: points in the unit cube, ordered by how good they are.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "search/points/unit_space.h"
#include "search/sweep/observation.h"

namespace hpsearch::search {

struct ModelTrial {
  // From best to worst: complete trials by score, and among them pruned ones by the score that is
  // predicted for them (curve_prediction.h); other pruned trials by how long they survived, then by
  // score; trials without a result. Violating trials follow all others that have a result,
  // the least violation first.
  enum class Result { kComplete, kPruned, kNone, kPending };

  std::uint64_t number = 0;  // trials of the earlier sweep, if included, come first
  Result result = Result::kNone;
  double score = 0.0;  // complete and pruned trials only; finite
  int epochs = 0;
  const double* point = nullptr;         // a row of coordinates; NaN where it has no value
  std::span<const double> margins = {};  // Observation::margins
  // violation_of(margins), where margins that are not known count as much as the mean of the
  // others.
  double violation = 0.0;
  bool judged = true;  // all margins are known
};

// What a model has learnt of a trial. A cached model serves only as long as it is the same: the
// predicted score and violation of a pruned trial change with each complete one.
struct Learnt {
  explicit Learnt(const ModelTrial& trial)
      : number(trial.number),
        result(trial.result),
        score(trial.score),
        violation(trial.violation) {}
  std::uint64_t number;
  ModelTrial::Result result;
  double score;
  double violation;
  bool operator==(const Learnt&) const = default;
};

// True if `a` is better than `b`; ties go to the older trial. A strict total order. Requires that
// both have ended.
bool better(const ModelTrial& a, const ModelTrial& b);

// The same for the scores alone, whatever the violations.
bool scores_better(const ModelTrial& a, const ModelTrial& b);

// Caches the coordinates of trials by number: the parameters of a trial never change. Not
// thread-safe.
class ModelTrials {
 public:
  // Keeps a reference to `space`. `earlier` holds the results of an earlier sweep.
  explicit ModelTrials(const UnitSpace& space, std::span<const Observation> earlier = {});
  ModelTrials(const ModelTrials&) = delete;
  ModelTrials& operator=(const ModelTrials&) = delete;

  // How many of the trials of the last answer were pruned, with a predicted score.
  std::size_t predicted() const { return predicted_; }

  // All known trials in the order in which they were trained: those of the earlier sweep, numbered
  // from 0, then this sweep's ended and pending trials by number. Their points remain valid for the
  // lifetime of this object.
  std::vector<ModelTrial> read(const Known& known);

  // Only this sweep's trials, with their own numbers.
  std::vector<ModelTrial> read_own(const Known& known);

  std::span<const ModelTrial> earlier() const { return earlier_; }

 private:
  const double* point(const Observation& trial);
  void append_own(const Known& known, std::uint64_t first, std::vector<ModelTrial>& trials);

  const UnitSpace& space_;
  std::vector<double> earlier_points_;
  std::vector<ModelTrial> earlier_;
  // By number, this sweep only; empty: not computed yet.
  std::vector<std::vector<double>> points_;
  std::size_t predicted_ = 0;
};

}  // namespace hpsearch::search

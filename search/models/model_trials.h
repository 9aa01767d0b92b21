// Trials as the models see them: points in the unit cube with a rank.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "search/points/unit_space.h"
#include "search/sweep/observation.h"

namespace hpsearch::search {

struct ModelTrial {
  // In the order of their worth: complete ones by score, pruned ones by how long they held out,
  // then by score; no result is worse than none.
  enum class Result { kComplete, kPruned, kNone, kPending };

  std::uint64_t number = 0;  // counts those of the earlier sweep first, if they are among them
  Result result = Result::kNone;
  double score = 0.0;  // of complete and pruned ones; finite
  int epochs = 0;
  const double* point = nullptr;  // a row of coordinates; NaN where it has no value
};

// Is `a` better than `b`? Equal ones by number: the older first. Requires that both have ended.
bool better(const ModelTrial& a, const ModelTrial& b);

// Coordinates of trials, computed once for each number: the parameters of a trial never change.
class ModelTrials {
 public:
  // Keeps a reference to the space. `earlier`: the results of an earlier sweep.
  explicit ModelTrials(const UnitSpace& space, std::span<const Observation> earlier = {});
  ModelTrials(const ModelTrials&) = delete;
  ModelTrials& operator=(const ModelTrials&) = delete;

  // All that is known, in the order in which it was trained: the earlier sweep's trials, numbered
  // from 0, and after them this sweep's, by their numbers: those that have ended, and the pending
  // ones among them. The points stay where they are as long as this lives.
  std::vector<ModelTrial> read(const Known& known);

  // This sweep's alone, with their own numbers.
  std::vector<ModelTrial> read_own(const Known& known);

  std::span<const ModelTrial> earlier() const { return earlier_; }

 private:
  const double* point(const Observation& trial);
  void append_own(const Known& known, std::uint64_t first, std::vector<ModelTrial>& trials);

  const UnitSpace& space_;
  std::vector<double> earlier_points_;
  std::vector<ModelTrial> earlier_;
  std::vector<std::vector<double>> points_;  // of this sweep, by number; empty: not met yet
};

}  // namespace hpsearch::search

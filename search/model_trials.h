// Trials as the models see them: points in the unit cube with a rank.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "search/observation.h"
#include "search/unit_space.h"

namespace hpsearch::search {

struct ModelTrial {
  // In the order of their worth: complete ones by score, pruned ones by how long they held out,
  // then by score; no result is worse than none.
  enum class Result { kComplete, kPruned, kNone, kPending };

  std::uint64_t number = 0;
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
  // Keeps a reference.
  explicit ModelTrials(const UnitSpace& space) : space_(space) {}

  // All that is known, by number: those that have ended, and the pending ones among them. The
  // points stay where they are as long as this lives.
  std::vector<ModelTrial> read(const Known& known);

 private:
  const double* point(const Observation& trial);

  const UnitSpace& space_;
  std::vector<std::vector<double>> points_;  // by number; empty: not met yet
};

}  // namespace hpsearch::search

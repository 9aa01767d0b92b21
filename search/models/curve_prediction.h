// Predicts the final score of a pruned trial.
//
// Methods that learn from trials compare their final scores. A trial that was pruned has none, and
// its last score is not comparable: the others had scores like it after as many epochs, and went
// on. So its final score is predicted from those of the complete trials that were where it was.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "search/sweep/observation.h"

namespace hpsearch::search {

struct PredictedScore {
  double score = 0.0;
  double error = 0.0;      // the median distance of what single complete trials predict from it
  std::size_t trials = 0;  // complete ones that it was predicted from
};

// Predicts from the sweep's own trials. Not thread-safe.
class CurvePrediction {
 public:
  // The fewest complete trials that a prediction is made from, and the most: the nearest ones.
  static constexpr std::size_t kLeast = 3;
  static constexpr std::size_t kMost = 5;

  // `ended`: all that is known. Keeps references to it.
  explicit CurvePrediction(std::span<const Observation> ended);

  // The final score of this pruned trial: its best score so far plus the median of what the
  // complete trials of its stage gained after as many iterations, of those whose best scores were
  // nearest to its own then. Not better than the best of them: that it would have won is not known.
  // In folds, the mean over those that it has trained, by those folds' curves. Empty without curves
  // or where fewer than kLeast complete trials have come so far.
  std::optional<PredictedScore> predict(const Observation& pruned) const;

 private:
  std::map<int, std::vector<const Observation*>> complete_;  // by stage
};

}  // namespace hpsearch::search

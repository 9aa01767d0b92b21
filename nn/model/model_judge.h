// How good a model's predictions are, and how good those of a trivial answer would be.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "nn/model/trained_model.h"
#include "nn/training/evaluation.h"
#include "nn/training/prediction_tally.h"

namespace hpsearch::nn {

// The outputs of a network that knows nothing but the training rows' targets: see baseline().
std::vector<float> trivial_outputs(const ModelTarget& target);

// Not thread-safe.
class ModelJudge {
 public:
  // kModel leaves baseline() and confusion() out, which takes a third of the time.
  enum class Scope { kAll, kModel };

  // `model` must outlive this object.
  explicit ModelJudge(const TrainedModel& model, Scope scope = Scope::kAll);
  ~ModelJudge();
  ModelJudge(const ModelJudge&) = delete;
  ModelJudge& operator=(const ModelJudge&) = delete;

  // Adds rows [first, first + count) of `rows`, which has their targets, with their outputs: what
  // Predictor hands out.
  void add(const Dataset& rows,
           std::size_t first,
           std::size_t count,
           const float* outputs,
           std::size_t stride);

  std::size_t rows() const;

  // As training evaluates: the same metrics, to the last bits for the same rows.
  Evaluation result();

  // Of an answer that does not look at the features. Classes: their shares in the rows that were
  // trained on, hence the most frequent class. Regression: the mean of these rows.
  Evaluation baseline();

  // Of classes: the entries that are not zero, ordered by true, then by predicted class.
  std::vector<ConfusionCount> confusion() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hpsearch::nn

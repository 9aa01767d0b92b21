// The outputs of a trained network for new rows: as training's evaluation computes them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "nn/data/dataset.h"
#include "nn/model/trained_model.h"

namespace hpsearch::nn {

// Not thread-safe; use it on one thread. While it computes, that thread is in the state of
// ComputeThread.
class Predictor {
 public:
  // `model` must outlive this object. `precision`: f32 or bf16 instead of the model's own, in which
  // a row gets the same bits as in training on the same CPU. Throws SettingError if this CPU lacks
  // the precision, DataError if the weights are not those of a network with the model's settings,
  // and std::bad_alloc.
  explicit Predictor(const TrainedModel& model, std::optional<Precision> precision = std::nullopt);
  ~Predictor();
  Predictor(const Predictor&) = delete;
  Predictor& operator=(const Predictor&) = delete;

  // Calls `use` with the first row, the number of rows and their outputs, some at a time and in
  // order: a matrix (rows x stride) of logits or, for a regression, of numbers in training units.
  // `rows`: features as ModelInputs have them before their scaling, that is bytes, numbers, or what
  // the pipeline made. Targets play no role.
  using OutputSink = std::function<void(
      std::size_t first, std::size_t count, const float* outputs, std::size_t stride)>;
  void predict(const Dataset& rows, const OutputSink& use);

 private:
  void predict_mean(const Dataset& rows, const OutputSink& use);

  struct Impl;
  std::unique_ptr<Impl> impl_;  // null for a model of several networks
  const TrainedModel& model_;
  std::vector<std::unique_ptr<Predictor>> members_;
};

// What the outputs of one row say. Requires outputs of the target's kind.
//   classes: the probability of each class (softmax; binary: sigmoid); shape (classes)
//   regression: the targets in their own units; shape (targets)
void read_outputs(const ModelTarget& target, const float* outputs, std::span<double> values);

// The class of the largest output, the first of equal ones; for binary, 1 if the output is above 0.
std::size_t most_probable_class(const ModelTarget& target, const float* outputs);

// The label that a row gets: that class, or the one that the target's threshold decides.
std::size_t predicted_class(const ModelTarget& target, const float* outputs);

}  // namespace hpsearch::nn

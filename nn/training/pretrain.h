// Layer-wise pre-training: a stack of restricted Boltzmann machines, each trained on the hidden
// probabilities of the one below (Hinton, Osindero and Teh 2006; Hinton and Salakhutdinov 2006).
//
// The result is a pure function of (spec, data) for one build on one kind of CPU.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "nn/training/rbm.h"

namespace hpsearch::nn {

// The streams of Purpose::kPretrain, at the position (4 layer + draw, epoch or update) with all
// numbers counted from 0. The numbers are part of the format: append, never renumber.
enum class PretrainDraw : std::uint32_t {
  kWeights = 0,  // initial weights; the second number is 0
  kOrder = 1,    // order of the rows, by epoch
  kSample = 2,   // binary states of the hidden units, by update
};

struct PretrainSpec {
  std::size_t inputs = 0;           // width of the data
  std::vector<std::size_t> widths;  // of the hidden layers, from the inputs upwards
  int epochs = 1;                   // per layer
  double learning_rate = 0.1;
  std::size_t batch_rows = 64;  // rows per update; at most all rows are used
  std::uint64_t seed = 0;
};

// Writes the features of these rows, each in [0, 1], to a matrix (rows x stride). Must leave the
// columns beyond the features as they are.
using RowGatherer =
    std::function<void(std::span<const std::uint32_t> rows, float* out, std::size_t stride)>;

struct Pretrained {
  std::vector<Rbm> layers;  // one per width
  // [layer][epoch]: mean squared reconstruction error over the epoch's rows and the layer's visible
  // units, each row before its update. NaN if training has diverged.
  std::vector<std::vector<double>> reconstruction_error;
};

// Trains one layer after another on rows 0 ... rows - 1, in a new random order each epoch and
// including a short last batch. A layer reads the probabilities of the one below, whose weights no
// longer change. Requires `rows` and all numbers of `spec` but the seed to be > 0. Returns
// std::nullopt if `stop` was requested before the end, which it checks at each batch. Throws
// std::bad_alloc if the stack does not fit into memory.
std::optional<Pretrained> pretrain_stack(const PretrainSpec& spec,
                                         std::size_t rows,
                                         const RowGatherer& gather,
                                         const std::stop_token& stop = {});

}  // namespace hpsearch::nn

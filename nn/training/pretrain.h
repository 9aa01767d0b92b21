// Layer-wise pre-training: a stack of restricted Boltzmann machines, each trained on what the one
// below makes of the data (Hinton, Osindero and Teh 2006; Hinton and Salakhutdinov 2006).
//
// The result is a pure function of (spec, rows) on one kind of CPU with one build.
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

// What Purpose::kPretrain draws for a layer; its stream has the position (4 layer + draw, epoch or
// update), all counted from 0.
// The numbers are part of the format: append, never renumber.
enum class PretrainDraw : std::uint32_t {
  kWeights = 0,  // the second position is 0
  kOrder = 1,    // of the rows; epoch
  kSample = 2,   // the hidden units' binary states; update
};

struct PretrainSpec {
  std::size_t inputs = 0;           // width of the data
  std::vector<std::size_t> widths;  // of the hidden layers, from the inputs upwards
  int epochs = 1;                   // of each layer
  double learning_rate = 0.1;
  std::size_t batch_rows = 64;  // of an update; no more than there are rows
  std::uint64_t seed = 0;
};

// Writes the features of these rows, each in [0, 1], to out: row i to out[i * stride ...]. Leaves
// what lies beyond their columns alone.
using RowGatherer =
    std::function<void(std::span<const std::uint32_t> rows, float* out, std::size_t stride)>;

struct Pretrained {
  std::vector<Rbm> layers;  // beside spec.widths
  // [layer][epoch]: the mean over the epoch's rows and the layer's visible units of the squared
  // difference to the reconstruction, each before its update. NaN where training has diverged.
  std::vector<std::vector<double>> reconstruction_error;
};

// Trains one layer after the other on the rows 0 ... rows - 1, in a new random order each epoch;
// the last, shorter batch counts. A layer sees the probabilities of the one below, whose weights no
// longer change. Requires all of spec's numbers and `rows` > 0. Empty where `stop` was requested
// before the end; it is asked at each batch. Throws std::bad_alloc.
std::optional<Pretrained> pretrain_stack(const PretrainSpec& spec,
                                         std::size_t rows,
                                         const RowGatherer& gather,
                                         const std::stop_token& stop = {});

}  // namespace hpsearch::nn

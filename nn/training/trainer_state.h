// The whole state of a training after an epoch: what a pause must keep so that training goes on to
// the same bits as without it.
//
// That is the weights with the statistics of batch normalisation, the optimizer's arrays and its
// count of updates, and the validation losses that a schedule has reacted to. Random numbers need
// none: each is a function of the seed and the position. Neither do rounded copies of weights,
// which are made anew.
#pragma once

#include <cstddef>
#include <vector>

#include "nn/files/safetensors.h"
#include "nn/settings/settings.h"

namespace hpsearch::nn {

// A value; both parts go into a safetensors file as they are. Texts give numbers exactly.
struct TrainerState {
  int epoch = 0;         // the last one that was trained
  TensorMetadata facts;  // "trainer.seed", "trainer.epoch", ...
  std::vector<LoadedTensor> tensors;
};

// How many numbers such a state has, where no column leaves out a bin. `columns`: the numbers of a
// row of data.
std::size_t most_state_numbers(const Settings& settings, std::size_t columns, std::size_t outputs);

// The size of a safetensors file of such a state, at most, after settings.epochs epochs.
std::size_t most_state_bytes(const Settings& settings, std::size_t columns, std::size_t outputs);

}  // namespace hpsearch::nn

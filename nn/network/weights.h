// A network's parameters by name, as weight files store them.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "nn/files/safetensors.h"
#include "nn/network/mlp.h"

namespace hpsearch::nn {

// Explains the weights to people who read such a file.
std::string weight_layout(const Settings& settings);

// Everything that evaluation needs, layer by layer from the inputs: "scaling" of shape {in} if the
// inputs have factors; with periodic embeddings (periodic_embedding.h) "embedding.frequency" and
// ".phase" of shape {inputs, frequencies}, ".weight" of shape {inputs, kWaves, frequencies} and
// ".bias" of shape {inputs, kWaves}; "layers.0.weight" of shape {in, out}, "layers.0.bias" of shape
// {out} and, with batch normalisation, "layers.0.norm.gamma",
// ".beta", ".running_mean" and ".running_variance" of shape {out}; then "layers.1.weight" and so
// on. Maxout layers have one more dimension for the pieces: {in, pieces, out} and {pieces, out}.
//
// The tensors view the network's own data: valid while it lives, and unchanged until it is trained.
std::vector<NamedTensor> named_tensors(const Mlp& network);

// A copy of these tensors that outlives the network, without padding.
using WeightSet = std::vector<LoadedTensor>;

// The tensors of a set as views, to be written to a file: the same bytes as those of the network.
std::vector<NamedTensor> named_tensors(const WeightSet& weights);

// Copies the network's tensors into `copy`, whose memory is used again where it is large enough.
// Throws std::bad_alloc; `copy` may then hold anything.
void copy_weights(const Mlp& network, WeightSet& copy);

// Has the set exactly the network's tensors: names, order and shapes?
bool same_tensors(const Mlp& network, std::span<const LoadedTensor> weights);

// The reverse: afterwards the network evaluates as the copied one did, bit for bit. Returns false,
// and changes nothing, unless same_tensors().
bool set_weights(Mlp& network, std::span<const LoadedTensor> weights);

}  // namespace hpsearch::nn

// What the files of one network and of several have in common. Internal to nn/model.
#pragma once

#include <deque>
#include <filesystem>
#include <string>
#include <vector>

#include "nn/model/trained_model.h"

namespace hpsearch::nn {

inline constexpr char kScale[] = "preprocess.scale";
inline constexpr char kShift[] = "preprocess.shift";
inline constexpr char kWhitening[] = "preprocess.whitening";
inline constexpr char kEdges[] = "preprocess.edges";
inline constexpr char kLinearWeight[] = "linear.weight";
inline constexpr char kLinearBias[] = "linear.bias";
inline constexpr char kLinearRows[] = "linear_rows";

// Tensors that no model holds as they are written; those that view them need them until then.
using EdgeLists = std::deque<std::vector<float>>;

// --- model_writer.cpp --------------------------------------------------------------------------

// Adds what a file says of the model, and returns the tensors, which view it and `edges`: its own,
// and those of the preprocessing.
std::vector<NamedTensor> describe_model(const TrainedModel& model,
                                        TensorMetadata& metadata,
                                        EdgeLists& edges);

// The part of it that is a network's own: its embeddings.
void describe_embeddings(const ModelInputs& inputs,
                         TensorMetadata& metadata,
                         std::vector<NamedTensor>& tensors,
                         EdgeLists& edges);

// The values of the keys `products` and `target_scaling`.
std::string products_text(const ProductRows& products);
std::string target_scaling_text(const ModelTarget& target);

// --- model_file.cpp ----------------------------------------------------------------------------

// The model of a file that has been read. `path` is for messages. Throws as load_model().
TrainedModel read_model(const std::filesystem::path& path, SafetensorsFile file);

// --- model_members.cpp: models of several networks ---------------------------------------------

// Adds the members behind describe_model(). Requires of each the metadata "settings"; "trial",
// "fold" and "epoch" are written where they are.
void describe_members(const TrainedModel& model,
                      TensorMetadata& metadata,
                      std::vector<NamedTensor>& tensors,
                      EdgeLists& edges);

TrainedModel read_members(const std::filesystem::path& path, SafetensorsFile file);

}  // namespace hpsearch::nn

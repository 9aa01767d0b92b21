// What the files of one network and of several have in common. Internal to nn/model.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "nn/model/trained_model.h"

namespace hpsearch::nn {

// Adds what a file says of the model, and returns the tensors, which view it: its own, and those of
// the preprocessing.
std::vector<NamedTensor> describe_model(const TrainedModel& model, TensorMetadata& metadata);

// The values of the keys `products` and `target_scaling`.
std::string products_text(const ProductRows& products);
std::string target_scaling_text(const ModelTarget& target);

// The model of a file that has been read. `path` is for messages. Throws as load_model().
TrainedModel read_model(const std::filesystem::path& path, SafetensorsFile file);

// --- model_members.cpp: models of several networks ---------------------------------------------

// Adds the members behind describe_model(). Requires of each the metadata "settings"; "trial",
// "fold" and "epoch" are written where they are.
void describe_members(const TrainedModel& model,
                      TensorMetadata& metadata,
                      std::vector<NamedTensor>& tensors);

TrainedModel read_members(const std::filesystem::path& path, SafetensorsFile file);

}  // namespace hpsearch::nn

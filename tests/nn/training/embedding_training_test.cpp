// Networks with periodic embeddings, bins, factors of the inputs and rates by group, against
// PyTorch on inputs that it encodes itself.
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/nn/training/pytorch_steps.h"

namespace hpsearch::nn {
namespace {

NetworkInputs inputs_of(const nlohmann::json& c) {
  NetworkInputs inputs(5);
  inputs.waved = c["waved"].get<std::vector<std::uint32_t>>();
  for (const auto& bins : c["bins"]) {
    inputs.binned.push_back({bins[0].get<std::uint32_t>(), bins[1].get<std::vector<float>>()});
  }
  return inputs;
}

TEST(EmbeddingTraining, FollowsPyTorchStepByStep) {
  const auto& fixture = test::read_fixture("embedding_training.json");
  for (const auto& [name, c] : fixture["cases"].items()) {
    const bool classes = name == "selu_classes";
    SettingMap recipe = recipe_of(c, classes);
    recipe["embedding"] = std::string(classes ? "pbld" : "ple_pbld");
    recipe["frequencies"] = std::int64_t{4};
    recipe["embedding_rate"] = 0.1;
    follow_pytorch(name, c, matrix(fixture["x"]), make_settings(recipe), inputs_of(c), 11);
  }
}

}  // namespace
}  // namespace hpsearch::nn

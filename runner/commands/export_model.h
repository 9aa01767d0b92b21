// Exports of one trained model: the formats that `export` writes beside those of whole sweeps.
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <string_view>

#include "nn/files/whole_file.h"
#include "runner/commands/command.h"

namespace hpsearch::nn {
struct TrainedModel;
}  // namespace hpsearch::nn

namespace hpsearch::runner {

struct ModelFormat {
  std::string_view name;
  std::string_view suffix;                     // appended to the sweep's name by default
  bool (*is_own)(std::string_view beginning);  // of a file; see require_target
  void (*write)(const nn::TrainedModel& model, const std::filesystem::path& file);
};

// The format with this name; null if it is not one of a model.
const ModelFormat* find_model_format(std::string_view name);

inline constexpr std::array<std::string_view, 4> kModelFormatNames{"onnx", "npz", "c",
                                                                   "safetensors"};

// Writes the chosen model (model_choice.h) to `out`, or to a file called after its sweep where that
// is empty. Throws what choose_model and require_target throw, and nn::DataError for a model that
// the format cannot hold. Returns the path.
std::filesystem::path export_model(const Invocation& invocation,
                                   const ModelFormat& format,
                                   const std::filesystem::path& out,
                                   nn::Existing existing);

}  // namespace hpsearch::runner

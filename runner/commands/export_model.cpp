#include "runner/commands/export_model.h"

#include <algorithm>

#include <fmt/format.h>

#include "reports/model_export/c_export.h"
#include "reports/model_export/model_plan.h"
#include "reports/model_export/npz_export.h"
#include "reports/model_export/onnx_export.h"
#include "runner/commands/export_target.h"
#include "runner/commands/model_choice.h"

namespace hpsearch::runner {
namespace {

namespace fs = std::filesystem;

bool is_onnx(std::string_view text) {
  // ir_version, then producer_name.
  return text.starts_with('\x08') && text.substr(0, 16).find("hpsearch") != text.npos;
}

bool is_npz(std::string_view text) {
  return text.starts_with("PK\x03\x04") && text.find("inputs.npy") != text.npos;
}

bool is_c(std::string_view text) {
  return text.starts_with(reports::kCNetwork) || text.starts_with(reports::kCMean);
}

bool is_safetensors(std::string_view text) {
  constexpr std::size_t kSizeOfHeader = 8;
  return text.size() > kSizeOfHeader &&
         text.substr(kSizeOfHeader).starts_with("{\"__metadata__\":");
}

template <std::string (*bytes)(const reports::ModelPlan& plan)>
void write_plan(const nn::TrainedModel& model, const fs::path& path) {
  const std::string text = bytes(reports::plan_model(model));
  nn::WholeFile file(path);
  file.write(text);
  file.finish(nn::Existing::kReplaced);
}

void write_model_file(const nn::TrainedModel& model, const fs::path& path) {
  nn::write_model(path, model, model.metadata);
}

constexpr std::array<ModelFormat, kModelFormatNames.size()> kFormats{
    {{kModelFormatNames[0], ".onnx", is_onnx, write_plan<reports::onnx_file>},
     {kModelFormatNames[1], ".npz", is_npz, write_plan<reports::npz_file>},
     {kModelFormatNames[2], ".c", is_c, write_plan<reports::c_file>},
     {kModelFormatNames[3], ".safetensors", is_safetensors, write_model_file}}};

// The sweep that the model comes from.
std::string sweep_of(const nn::TrainedModel& model) {
  const auto sweep = model.metadata.find("sweep");
  return sweep == model.metadata.end() ? "model" : sweep->second;
}

}  // namespace

const ModelFormat* find_model_format(std::string_view name) {
  const auto* const found = std::find_if(kFormats.begin(), kFormats.end(),
                                         [&](const auto& format) { return format.name == name; });
  return found == kFormats.end() ? nullptr : found;
}

fs::path export_model(const Invocation& invocation,
                      const ModelFormat& format,
                      const fs::path& out,
                      nn::Existing existing) {
  const auto require = [&](const fs::path& target) {
    require_target(target, TargetKind::kFile, existing, invocation.database, {}, format.is_own);
  };
  // Before a trial is trained again, as far as the name is known by then.
  if (!out.empty()) {
    require(out);
  }
  const ChosenModel chosen = choose_model(invocation);
  fs::path target = out;
  if (target.empty()) {
    target = file_slug(sweep_of(chosen.model)) + std::string(format.suffix);
    require(target);
  }
  const fs::path beside = nn::name_beside(target);
  nn::remove_leftovers(target);
  std::error_code ignored;
  try {
    format.write(chosen.model, beside);
    if (!nn::put_in_place(beside, target, existing)) {
      refuse_taken(target);
    }
  } catch (...) {
    fs::remove(beside, ignored);
    throw;
  }
  return target;
}

}  // namespace hpsearch::runner

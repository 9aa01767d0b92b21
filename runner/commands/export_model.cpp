#include "runner/commands/export_model.h"

#include <algorithm>

#include <fmt/format.h>

#include "reports/model_export/c_export.h"
#include "reports/model_export/model_plan.h"
#include "reports/model_export/npz_export.h"
#include "reports/model_export/onnx_export.h"
#include "runner/commands/export_target.h"
#include "runner/commands/model_choice.h"
#include "runner/console/usage_error.h"

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
  return text.starts_with("/* A trained network with its preprocessing");
}

constexpr std::array<ModelFormat, kModelFormatNames.size()> kFormats{
    {{kModelFormatNames[0], ".onnx", is_onnx, reports::onnx_file},
     {kModelFormatNames[1], ".npz", is_npz, reports::npz_file},
     {kModelFormatNames[2], ".c", is_c, reports::c_file}}};

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
  if (!chosen.model.members.empty()) {
    throw UsageError(fmt::format(
        "{} is a mean of {} networks, which {} cannot hold; predict with it (hpsearch predict, "
        "eval), take all networks by `hpsearch export --format safetensors`, or train one: "
        "hpsearch report --best > one.yaml, take 'folds' and 'ensemble' out of one.yaml, "
        "hpsearch run one.yaml",
        chosen.name, chosen.model.members.size(), format.name));
  }
  fs::path target = out;
  if (target.empty()) {
    target = file_slug(sweep_of(chosen.model)) + std::string(format.suffix);
    require(target);
  }
  const std::string bytes = format.bytes(reports::plan_model(chosen.model));
  nn::WholeFile file(target);
  file.write(bytes);
  if (!file.finish(existing)) {
    refuse_taken(target);
  }
  return target;
}

}  // namespace hpsearch::runner

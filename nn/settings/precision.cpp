#include "nn/settings/precision.h"

#include <algorithm>

#include "nn/kernels/matmul.h"

namespace hpsearch::nn {

std::string bfloat16_objection() {
  if (has_bfloat16()) {
    return "";
  }
  return "'precision: bf16' needs a CPU with AMX or AVX-512 BF16, and this one has neither; write "
         "f32, or auto to use bf16 only on CPUs that support it";
}

bool uses_bfloat16(const Settings& settings, std::size_t inputs, std::size_t outputs) {
  const bool embedded = settings.embedding != Embedding::kNone;
  switch (settings.precision) {
    case Precision::kF32:
      return false;
    case Precision::kBf16:
      if (embedded) {
        throw SettingError("precision", kEmbeddedObjection);
      }
      if (!has_bfloat16()) {
        throw SettingError("precision", bfloat16_objection());
      }
      return true;
    case Precision::kAuto:
      break;
  }
  if (embedded || (settings.batch_size && *settings.batch_size < kWorthRoundingRows)) {
    return false;
  }
  // Full batches (no batch_size) count as large. Weights of the widest layer, maxout's pieces
  // included.
  std::size_t largest = 0;
  std::size_t in = inputs;
  for (std::size_t l = 0; l < settings.hidden.size(); ++l) {
    const auto out = static_cast<std::size_t>(settings.hidden[l]);
    const bool maxout = settings.activation.of(l) == Activation::kMaxout;
    const std::size_t pieces = maxout ? static_cast<std::size_t>(settings.maxout_pieces) : 1;
    largest = std::max(largest, in * out * pieces);
    in = out;
  }
  return has_bfloat16() && std::max(largest, in * outputs) >= kWorthRounding;
}

}  // namespace hpsearch::nn

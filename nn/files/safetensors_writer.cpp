#include <array>
#include <bit>
#include <cstdint>
#include <functional>
#include <limits>
#include <numeric>

#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "nn/files/safetensors.h"
#include "nn/files/whole_file.h"

namespace hpsearch::nn {
namespace {

static_assert(std::endian::native == std::endian::little && std::numeric_limits<float>::is_iec559);

std::size_t columns_of(const NamedTensor& tensor) {
  return tensor.shape.back();
}

std::size_t rows_of(const NamedTensor& tensor) {
  return std::accumulate(tensor.shape.begin(), tensor.shape.end() - 1, std::size_t{1},
                         std::multiplies<>());
}

std::string header_of(std::span<const NamedTensor> tensors, const TensorMetadata& metadata) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) {
    header["__metadata__"] = metadata;
  }
  std::size_t offset = 0;
  for (const NamedTensor& tensor : tensors) {
    const std::size_t end = offset + rows_of(tensor) * columns_of(tensor) * sizeof(float);
    header[tensor.name] = {
        {"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = json_text(header);
  text.resize((text.size() + 7) / 8 * 8, ' ');
  return text;
}

}  // namespace

FileChecksum write_safetensors(const std::filesystem::path& path,
                               std::span<const NamedTensor> tensors,
                               const TensorMetadata& metadata) {
  WholeFile file(path);
  const std::string header = header_of(tensors, metadata);
  const auto length = std::bit_cast<std::array<std::byte, 8>>(std::uint64_t{header.size()});
  file.write(length);
  file.write(std::as_bytes(std::span(header)));
  for (const NamedTensor& tensor : tensors) {
    for (std::size_t row = 0; row < rows_of(tensor); ++row) {
      file.write(std::as_bytes(tensor.data.subspan(row * tensor.stride, columns_of(tensor))));
    }
  }
  file.finish(Existing::kReplaced);
  return file.checksum();
}

}  // namespace hpsearch::nn

// Files of named float matrices in the safetensors format, which PyTorch, NumPy and others read:
// 8 bytes with the length of a JSON header (little-endian), the header, padded with spaces to a
// multiple of 8, then the numbers, row-major and little-endian.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "nn/files/input_file.h"

namespace hpsearch::nn {

// An array somewhere in memory: `shape` is {columns}, {rows, columns}, or has more dimensions
// before the columns; `data` holds its rows, each beginning `stride` floats after the one before.
// What lies between them is not written.
struct NamedTensor {
  std::string name;
  std::vector<std::size_t> shape;
  std::span<const float> data;
  std::size_t stride = 0;
};

using TensorMetadata = std::map<std::string, std::string>;

// Writes the file whole or not at all: first beside it, then, once the disk has it, under its name;
// what lay there is replaced. Returns its size and checksum. Requires names that differ, none of
// them "__metadata__", and that the folder exists. Throws std::runtime_error with a sentence for
// the user where the file cannot be written; nothing of it is left then.
FileChecksum write_safetensors(const std::filesystem::path& path,
                               std::span<const NamedTensor> tensors,
                               const TensorMetadata& metadata);

// A tensor that was read: (product of shape) floats, row-major without gaps.
struct LoadedTensor {
  std::string name;
  std::vector<std::size_t> shape;
  std::vector<float> values;
};

struct SafetensorsFile {
  TensorMetadata metadata;
  std::vector<LoadedTensor> tensors;  // in the order of their places in the file
};

// Throws DataError if there is no such file, if it is not what the format promises (the tensors
// fill it without gaps and overlaps), or if it holds anything but 32-bit floats.
SafetensorsFile read_safetensors(const std::filesystem::path& path);

}  // namespace hpsearch::nn

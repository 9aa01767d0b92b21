// The IDX format of the MNIST family (Y. LeCun, http://yann.lecun.com/exdb/mnist): a header of
// 00 00 TYPE D and D big-endian 32-bit sizes, then the values, the last dimension fastest.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "nn/files/input_file.h"

namespace hpsearch::nn {

struct IdxArray {
  std::vector<std::uint32_t> dimensions;  // 1 to 8 of them; a size may be 0
  std::vector<std::uint8_t> values;       // as many as the product of the dimensions
  FileChecksum file;
};

// More values than this (16 GiB) are refused before anything is allocated for them.
inline constexpr std::uint64_t kMaximumIdxValues = std::uint64_t{1} << 34;

// Reads a whole file, plain or gzip, of unsigned bytes (type code 0x08). The header is believed
// only as far as data really arrives: memory stays below a small multiple of what the file holds.
// Throws DataError, with the file and the byte, if the file cannot be read (see InputFile), is not
// IDX, has another type or more than 8 dimensions, ends early, or goes on after its last value.
// `room`: so many more values can be added without taking the memory twice.
IdxArray read_idx(const std::filesystem::path& path, std::uint64_t room = 0);

// The same, some rows at a time: the values of each index of the first dimension.
class IdxRows {
 public:
  explicit IdxRows(const std::filesystem::path& path);
  ~IdxRows();
  IdxRows(const IdxRows&) = delete;
  IdxRows& operator=(const IdxRows&) = delete;

  const std::vector<std::uint32_t>& dimensions() const { return dimensions_; }

  // The values of the next rows, at most so many; none at the end.
  std::vector<std::uint8_t> next(std::uint64_t rows);

 private:
  std::unique_ptr<InputFile> file_;
  std::vector<std::uint32_t> dimensions_;
  std::uint64_t values_ = 0;  // in the file
  std::uint64_t left_ = 0;
};

}  // namespace hpsearch::nn

#include "nn/files/gunzip.h"

#include <cstddef>
#include <memory>
#include <new>

#include <libdeflate.h>

namespace hpsearch::nn {

bool gunzip_exactly(std::span<const std::uint8_t> gzip, std::span<std::uint8_t> out) {
  const std::unique_ptr<libdeflate_decompressor, decltype(&libdeflate_free_decompressor)>
      decompressor(libdeflate_alloc_decompressor(), &libdeflate_free_decompressor);
  if (decompressor == nullptr) {
    throw std::bad_alloc();
  }
  std::size_t used = 0;
  std::size_t made = 0;
  const libdeflate_result result = libdeflate_gzip_decompress_ex(
      decompressor.get(), gzip.data(), gzip.size(), out.data(), out.size(), &used, &made);
  return result == LIBDEFLATE_SUCCESS && used == gzip.size() && made == out.size();
}

}  // namespace hpsearch::nn

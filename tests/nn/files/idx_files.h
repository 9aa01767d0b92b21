// Bytes of IDX and gzip files for the tests, made without the code under test.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <zlib.h>

#include "nn/files/data_error.h"

namespace hpsearch::test {

// An IDX header for these sizes, of unsigned bytes unless another type code is given.
inline std::string idx_header(const std::vector<std::uint32_t>& sizes, unsigned type = 0x08) {
  std::string bytes{'\0', '\0', static_cast<char>(type), static_cast<char>(sizes.size())};
  for (const std::uint32_t size : sizes) {
    for (const int shift : {24, 16, 8, 0}) {
      bytes += static_cast<char>(size >> shift & 0xff);
    }
  }
  return bytes;
}

// Bytes that look random but are always the same.
inline std::string noise(std::size_t count) {
  std::string bytes;
  std::uint32_t state = 1;
  for (std::size_t i = 0; i < count; ++i) {
    state = state * 1664525 + 1013904223;
    bytes += static_cast<char>(state >> 24);
  }
  return bytes;
}

inline std::string gzip(std::string_view text) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  std::string in(text);
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) {
    throw std::runtime_error("deflate failed");
  }
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

// How many bytes of text a cut-off gzip file still holds.
inline std::size_t bytes_left_in(std::string cut_off, std::size_t at_most) {
  z_stream stream{};
  inflateInit2(&stream, 16 + MAX_WBITS);
  std::string out(at_most + 1, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(cut_off.data());
  stream.avail_in = static_cast<uInt>(cut_off.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  inflate(&stream, Z_SYNC_FLUSH);
  inflateEnd(&stream);
  return stream.total_out;
}

// The message of the DataError that `action` throws; a note instead where it throws none.
template <typename Action>
std::string data_error_of(Action action) {
  try {
    action();
  } catch (const nn::DataError& error) {
    return error.what();
  }
  return "(no DataError)";
}

}  // namespace hpsearch::test

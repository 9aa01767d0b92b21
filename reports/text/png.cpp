#include "reports/text/png.h"

#include <stdexcept>
#include <string_view>

#include <zlib.h>

namespace hpsearch::reports {
namespace {

using Bytes = std::vector<std::uint8_t>;

void add_big_endian(Bytes& bytes, std::size_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<std::uint8_t>(value >> static_cast<unsigned>(shift) & 0xFFU));
  }
}

// A chunk: length, name, data, and the CRC of name and data.
void add_chunk(Bytes& file, std::string_view name, const Bytes& data) {
  add_big_endian(file, data.size());
  const std::size_t begin = file.size();
  file.insert(file.end(), name.begin(), name.end());
  file.insert(file.end(), data.begin(), data.end());
  add_big_endian(file, crc32(0, file.data() + begin, static_cast<uInt>(file.size() - begin)));
}

}  // namespace

std::vector<std::uint8_t> png(const GreyPicture& picture) {
  Bytes header;
  add_big_endian(header, picture.width);
  add_big_endian(header, picture.height);
  // Bit depth 8, greyscale, deflate, adaptive filtering, not interlaced.
  header.insert(header.end(), {8, 0, 0, 0, 0});
  Bytes rows;
  rows.reserve(picture.height * (picture.width + 1));
  for (std::size_t y = 0; y < picture.height; ++y) {
    rows.push_back(0);  // filter type 0: enlarged pixels repeat, which deflate sees by itself
    const auto row = picture.pixels.begin() + static_cast<std::ptrdiff_t>(y * picture.width);
    rows.insert(rows.end(), row, row + static_cast<std::ptrdiff_t>(picture.width));
  }
  uLongf size = compressBound(rows.size());
  Bytes data(size);
  if (compress2(data.data(), &size, rows.data(), rows.size(), Z_BEST_COMPRESSION) != Z_OK) {
    throw std::runtime_error("cannot compress a picture: out of memory");
  }
  data.resize(size);
  Bytes file{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  add_chunk(file, "IHDR", header);
  add_chunk(file, "IDAT", data);
  add_chunk(file, "IEND", {});
  return file;
}

}  // namespace hpsearch::reports

// Pictures as PNG files (ISO/IEC 15948), 8 bits grey. zlib does the work; libpng would add a
// dependency for what are three chunks here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace hpsearch::reports {

struct GreyPicture {
  std::size_t width = 0;
  std::size_t height = 0;
  std::vector<std::uint8_t> pixels;  // (height, width), row by row; 0 is black
};

// The bytes of a PNG file. Requires a picture of at least one pixel and fewer than 2^31 a side.
std::vector<std::uint8_t> png(const GreyPicture& picture);

}  // namespace hpsearch::reports

// Writes 8-bit greyscale PNG files (ISO/IEC 15948) with zlib; libpng would be another dependency
// for just three chunks.
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

// The bytes of a PNG file. Requires at least one pixel and fewer than 2^31 per side. Throws
// std::runtime_error if memory runs out.
std::vector<std::uint8_t> png(const GreyPicture& picture);

}  // namespace hpsearch::reports

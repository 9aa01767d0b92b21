// Gzip data that lies in memory as a whole.
#pragma once

#include <cstdint>
#include <span>

namespace hpsearch::nn {

// Undoes `gzip` at once, in half the time of a stream. True if it is one member, with nothing
// behind it, of exactly the size of `out`, and in order by its check sums. Whatever else it is
// (damaged, cut off, longer or shorter, several members): false, and what `out` holds then means
// nothing. Throws std::bad_alloc.
bool gunzip_exactly(std::span<const std::uint8_t> gzip, std::span<std::uint8_t> out);

}  // namespace hpsearch::nn

// The header of an .npy file: a Python dict literal of a fixed form.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hpsearch::nn {

struct NpyHeader {
  std::string descr;  // "<f8"
  bool fortran_order = false;
  std::vector<std::uint64_t> shape;
};

// Nothing where the text is not a dict of exactly these three keys, each once, in any order, with
// a text, True or False, and a tuple of whole numbers below 2^63. Spaces and line ends may stand
// between its parts and after it.
std::optional<NpyHeader> parse_npy_header(std::string_view text);

}  // namespace hpsearch::nn

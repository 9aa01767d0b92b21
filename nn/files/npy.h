// NumPy's array format, versions 1.0 to 3.0 (https://numpy.org/doc/stable/reference/generated/
// numpy.lib.format.html): the bytes 93 "NUMPY" MAJOR MINOR, a little-endian length of 2 bytes (4
// from version 2 on), a header of that length that is a Python dict of descr, fortran_order and
// shape, then the values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hpsearch::nn {

// Where the bytes of an array come from, in order.
struct NpySource {
  // Fills `out`; returns fewer bytes only at the end.
  std::function<std::size_t(std::span<std::uint8_t> out)> read;
  // Throws the DataError that names byte `offset` of the array's file.
  std::function<void(std::uint64_t offset, std::string_view fault, std::string_view remedy)> fail;
  // Memory for so many bytes may be had at once, because so many are likely to come.
  std::uint64_t likely_bytes = 0;
};

// "60000 x 28 x 28"
std::string shape_text(const std::vector<std::uint64_t>& shape);

struct NpyArray {
  enum class Type { kUnsigned, kSigned, kFloat };
  Type type = Type::kUnsigned;
  std::size_t item_bytes = 1;        // 1, 2, 4 or 8; 4 or 8 for kFloat
  std::vector<std::uint64_t> shape;  // without dimensions: one value
  std::vector<std::uint8_t> bytes;   // in C order, in this machine's byte order

  bool is_bytes() const { return type == Type::kUnsigned && item_bytes == 1; }
  std::uint64_t size() const { return bytes.size() / item_bytes; }
  // Rounded to a double where it is a larger integer. Requires i < size().
  double value(std::uint64_t i) const;
  std::string shape_text() const;
};

// More bytes than this (16 GiB) are refused before anything is allocated for them.
inline constexpr std::uint64_t kMaximumNpyBytes = std::uint64_t{1} << 34;

// Reads one array up to the end of its source: signed and unsigned integers of 1, 2, 4 and 8 bytes,
// floats of 4 and 8, booleans (as 0 and 1), in either byte order, in C or Fortran order. The header
// is believed only as far as data really arrives. Fails through the source if it is not an array
// file, has another type or a header that does not hold just what it should, ends early, or goes on
// after its last value.
NpyArray read_npy(const NpySource& source);

// The same, some rows at a time: the values of each index of the first dimension. An array in
// Fortran order comes whole.
class NpyRows {
 public:
  explicit NpyRows(NpySource source);

  const std::vector<std::uint64_t>& shape() const { return whole_.shape; }

  // Is each value one unsigned byte?
  bool has_bytes() const { return whole_.is_bytes(); }

  // The next rows, at most so many; none at the end.
  NpyArray next(std::uint64_t rows);

 private:
  void read_values(NpyArray& array, std::uint64_t bytes);
  void require_end();

  NpySource source_;
  NpyArray whole_;  // without its values
  bool swapped_ = false;
  bool fortran_order_ = false;
  std::uint64_t next_row_ = 0;
  std::uint64_t at_ = 0;   // byte of the file
  std::uint64_t end_ = 0;  // likewise: behind the last value
};

// Reads the header alone. Fails likewise.
std::vector<std::uint64_t> read_npy_shape(const NpySource& source);

}  // namespace hpsearch::nn

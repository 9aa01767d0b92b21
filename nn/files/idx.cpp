#include "nn/files/idx.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hpsearch::nn {
namespace {

constexpr std::size_t kMagicBytes = 4;
constexpr std::size_t kMaximumDimensions = 8;
constexpr std::size_t kPieceBytes = std::size_t{1} << 18;
constexpr std::string_view kFetchAgain = "fetch or copy the file again";
constexpr std::string_view kGiveIdx = "give a file in the IDX format of MNIST, plain or gzip";
constexpr std::string_view kConvert = "convert the values to unsigned bytes (type code 0x08)";

struct TypeCode {
  std::uint8_t code;
  std::string_view name;
};
constexpr std::uint8_t kUnsignedByte = 0x08;
constexpr std::array kOtherTypes{
    TypeCode{0x09, "signed byte"},    TypeCode{0x0b, "16-bit integer"},
    TypeCode{0x0c, "32-bit integer"}, TypeCode{0x0d, "32-bit float"},
    TypeCode{0x0e, "64-bit float"},
};

void check_type(const InputFile& file, std::uint8_t code) {
  if (code == kUnsignedByte) {
    return;
  }
  for (const TypeCode& type : kOtherTypes) {
    if (type.code == code) {
      file.fail(2,
                fmt::format("IDX values of type 0x{:02x} ({}) are not supported", code, type.name),
                kConvert);
    }
  }
  file.fail(2, fmt::format("0x{:02x} is not an IDX type code", code), kGiveIdx);
}

// Reads the magic number and returns the number of dimensions.
std::size_t read_magic(InputFile& file) {
  std::array<std::uint8_t, kMagicBytes> magic;
  const std::size_t got = file.read(magic);
  if (got == 0) {
    file.fail(0, "the file is empty", kFetchAgain);
  }
  if (magic[0] != 0 || (got > 1 && magic[1] != 0)) {
    file.fail(0,
              fmt::format("not an IDX file: it begins with {:02x} instead of 00 00 08",
                          fmt::join(std::span(magic).first(got), " ")),
              kGiveIdx);
  }
  if (got < kMagicBytes) {
    file.fail(got, "the file ends within its IDX header", kFetchAgain);
  }
  check_type(file, magic[2]);
  if (magic[3] == 0 || magic[3] > kMaximumDimensions) {
    file.fail(3, fmt::format("the IDX header announces {} dimensions", magic[3]),
              fmt::format("arrays of 1 to {} dimensions can be read", kMaximumDimensions));
  }
  return magic[3];
}

std::vector<std::uint32_t> read_dimensions(InputFile& file, std::size_t count) {
  std::array<std::uint8_t, 4 * kMaximumDimensions> bytes;
  const std::size_t got = file.read(std::span(bytes).first(4 * count));
  if (got < 4 * count) {
    file.fail(kMagicBytes + got, "the file ends within its IDX header", kFetchAgain);
  }
  std::vector<std::uint32_t> dimensions(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint8_t* b = bytes.data() + 4 * i;
    dimensions[i] = std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 |
                    std::uint32_t{b[2]} << 8 | std::uint32_t{b[3]};
  }
  return dimensions;
}

// The product of the dimensions, which may be far beyond 64 bits.
std::uint64_t count_values(const InputFile& file, std::span<const std::uint32_t> dimensions) {
  if (std::find(dimensions.begin(), dimensions.end(), 0U) != dimensions.end()) {
    return 0;
  }
  std::uint64_t product = 1;
  for (const std::uint32_t dimension : dimensions) {
    if (product > kMaximumIdxValues / dimension) {
      file.fail(kMagicBytes,
                fmt::format("the IDX header promises {} values, more than the limit of {} (16 GiB)",
                            fmt::join(dimensions, " x "), kMaximumIdxValues),
                "split the data, or fetch the file again if its header is wrong");
    }
    product *= dimension;
  }
  return product;
}

// "60000 x 28 x 28 = 47040000 values"
std::string describe(std::span<const std::uint32_t> dimensions, std::uint64_t values) {
  return dimensions.size() == 1
             ? fmt::format("{} values", values)
             : fmt::format("{} = {} values", fmt::join(dimensions, " x "), values);
}

// Appends `wanted` values. `end`: of the values in the file.
void read_in_pieces(InputFile& file,
                    std::uint64_t wanted,
                    std::span<const std::uint32_t> dimensions,
                    std::uint64_t promised,
                    std::uint64_t end,
                    std::vector<std::uint8_t>& values) {
  const std::uint64_t size = values.size() + wanted;
  while (values.size() < size) {
    const std::size_t old_size = values.size();
    values.resize(std::min<std::uint64_t>(size, old_size + kPieceBytes));
    const std::span<std::uint8_t> piece = std::span(values).subspan(old_size);
    if (file.read(piece) < piece.size()) {
      file.fail(file.position(),
                fmt::format("the file ends, but its IDX header promises {}, up to byte {}",
                            describe(dimensions, promised), end),
                kFetchAgain);
    }
  }
}

// This read also has zlib compare its check sum.
void require_end(InputFile& file,
                 std::span<const std::uint32_t> dimensions,
                 std::uint64_t promised,
                 std::uint64_t end) {
  std::array<std::uint8_t, 1> beyond;
  if (file.read(beyond) > 0) {
    file.fail(end,
              fmt::format("the file goes on after the {} that its IDX header promises",
                          describe(dimensions, promised)),
              kFetchAgain);
  }
}

}  // namespace

IdxArray read_idx(const std::filesystem::path& path, std::uint64_t room) {
  InputFile file(path);
  IdxArray array;
  array.dimensions = read_dimensions(file, read_magic(file));
  const std::uint64_t promised = count_values(file, array.dimensions);
  const std::uint64_t end = file.position() + promised;

  // Room for all values at once where the file's size makes the promise likely; beyond that the
  // vector grows with what arrives.
  array.values.reserve(std::min(end, 8 * file.bytes_on_disk()) + room);
  if (!file.read_rest(array.values, promised)) {
    read_in_pieces(file, promised, array.dimensions, promised, end, array.values);
  }
  require_end(file, array.dimensions, promised, end);
  array.file = file.checksum();
  return array;
}

IdxRows::IdxRows(const std::filesystem::path& path) : file_(InputFile::without_checksum(path)) {
  dimensions_ = read_dimensions(*file_, read_magic(*file_));
  values_ = count_values(*file_, dimensions_);
  left_ = values_;
}

IdxRows::~IdxRows() = default;

std::vector<std::uint8_t> IdxRows::next(std::uint64_t rows) {
  const std::uint64_t end = file_->position() + left_;
  const std::uint64_t of_row = values_ == 0 ? 0 : values_ / dimensions_[0];
  const std::uint64_t wanted = of_row == 0 ? 0 : std::min(left_ / of_row, rows) * of_row;
  std::vector<std::uint8_t> values;
  read_in_pieces(*file_, wanted, dimensions_, values_, end, values);
  left_ -= wanted;
  if (left_ == 0 && wanted > 0) {
    require_end(*file_, dimensions_, values_, end);
  }
  return values;
}

}  // namespace hpsearch::nn

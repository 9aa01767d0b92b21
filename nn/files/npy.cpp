#include "nn/files/npy.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "nn/base/utf8.h"
#include "nn/files/npy_header.h"

namespace hpsearch::nn {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kMaximumHeaderBytes = 65536;
constexpr std::size_t kMaximumDimensions = 32;
constexpr std::size_t kPieceBytes = std::size_t{1} << 18;
constexpr std::string_view kFetchAgain = "fetch or copy the file again";
constexpr std::string_view kSaveAgain = "save the array again with numpy.save";
constexpr std::string_view kConvert =
    "convert it to numbers first, such as array.astype('float32')";

constexpr std::string_view kNumberTexts =
    "save labels as numbers, numpy.unique(y, return_inverse=True)[1]";

struct ItemType {
  std::string_view name;  // in descr, after the mark of the byte order
  NpyArray::Type type;
  std::size_t bytes;
};
constexpr std::array kItemTypes{
    ItemType{"f4", NpyArray::Type::kFloat, 4},    ItemType{"f8", NpyArray::Type::kFloat, 8},
    ItemType{"i1", NpyArray::Type::kSigned, 1},   ItemType{"i2", NpyArray::Type::kSigned, 2},
    ItemType{"i4", NpyArray::Type::kSigned, 4},   ItemType{"i8", NpyArray::Type::kSigned, 8},
    ItemType{"u1", NpyArray::Type::kUnsigned, 1}, ItemType{"u2", NpyArray::Type::kUnsigned, 2},
    ItemType{"u4", NpyArray::Type::kUnsigned, 4}, ItemType{"u8", NpyArray::Type::kUnsigned, 8},
    ItemType{"b1", NpyArray::Type::kUnsigned, 1},
};

// The header's text, and how many bytes stand before the values.
struct HeaderText {
  std::string text;
  std::uint64_t end = 0;
};

HeaderText read_header_text(const NpySource& source) {
  std::array<std::uint8_t, 8> start{};
  std::size_t got = source.read(start);
  const std::string_view magic(reinterpret_cast<const char*>(start.data()), kMagic.size());
  if (got < start.size() || magic != kMagic) {
    source.fail(0, "not an array of NumPy: it does not begin with 93 4e 55 4d 50 59", kSaveAgain);
  }
  const unsigned version = start[6];
  if (version < 1 || version > 3 || start[7] != 0) {
    source.fail(6,
                fmt::format("version {}.{} of NumPy's array format; 1.0 to 3.0 can be read",
                            version, start[7]),
                kSaveAgain);
  }
  std::array<std::uint8_t, 4> length{};
  const std::size_t length_bytes = version == 1 ? 2 : 4;
  got = source.read(std::span(length).first(length_bytes));
  const std::uint64_t header_bytes = std::uint64_t{length[0]} | std::uint64_t{length[1]} << 8 |
                                     std::uint64_t{length[2]} << 16 |
                                     std::uint64_t{length[3]} << 24;
  const std::uint64_t begin = start.size() + length_bytes;
  if (got == length_bytes && header_bytes > kMaximumHeaderBytes) {
    source.fail(
        start.size(),
        fmt::format("a header of {} bytes; {} are the limit", header_bytes, kMaximumHeaderBytes),
        kSaveAgain);
  }
  std::string text(got == length_bytes ? header_bytes : 0, '\0');
  got += source.read({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  if (got < length_bytes + header_bytes || got < length_bytes) {
    source.fail(start.size() + got, "the file ends within its NumPy header", kFetchAgain);
  }
  return {text, begin + header_bytes};
}

// The header, and how many bytes stand before the values.
struct ReadHeader {
  NpyHeader header;
  std::uint64_t end = 0;
};

ReadHeader read_header(const NpySource& source) {
  const HeaderText text = read_header_text(source);
  std::optional<NpyHeader> header = parse_npy_header(text.text);
  if (!header || header->shape.size() > kMaximumDimensions) {
    source.fail(10, "the NumPy header is not a dict of descr, fortran_order and shape", kSaveAgain);
    return {};
  }
  return {*std::move(header), text.end};
}

// The type of the values; `swapped`: they are not in this machine's byte order.
ItemType item_type(const NpySource& source, const std::string& descr, bool& swapped) {
  if (descr.size() == 3) {
    const auto* found = std::find_if(kItemTypes.begin(), kItemTypes.end(), [&](const ItemType& t) {
      return descr.compare(1, 2, t.name) == 0;
    });
    const bool little = descr[0] == '<';
    const bool big = descr[0] == '>';
    if (found != kItemTypes.end() && (little || big || (descr[0] == '|' && found->bytes == 1))) {
      swapped = found->bytes > 1 && little != (std::endian::native == std::endian::little);
      return *found;
    }
  }
  const std::string_view kind = descr.find('O') != std::string::npos   ? " (Python objects)"
                                : descr.find('U') != std::string::npos ? " (texts)"
                                : descr.find('S') != std::string::npos ? " (texts)"
                                                                       : "";
  source.fail(10, fmt::format("values of type {}{} are not supported", in_quotes(descr), kind),
              kind == " (texts)" ? kNumberTexts : kConvert);
  return {};
}

// The number of bytes that the shape promises, which may be far beyond 64 bits.
std::uint64_t promised_bytes(const NpySource& source,
                             const std::vector<std::uint64_t>& shape,
                             std::size_t item_bytes) {
  std::uint64_t bytes = item_bytes;
  if (std::find(shape.begin(), shape.end(), 0U) != shape.end()) {
    return 0;
  }
  for (const std::uint64_t size : shape) {
    if (bytes > kMaximumNpyBytes / size) {
      source.fail(10,
                  fmt::format("the header promises {} values of {} bytes, more than the limit "
                              "of {} bytes (16 GiB)",
                              fmt::join(shape, " x "), item_bytes, kMaximumNpyBytes),
                  "split the data, or fetch the file again if its header is wrong");
    }
    bytes *= size;
  }
  return bytes;
}

// From Fortran order, the first index fastest, to C order, the last fastest.
void reorder(NpyArray& array) {
  std::vector<std::uint8_t> ordered(array.bytes.size());
  std::vector<std::uint64_t> index(array.shape.size());
  const std::size_t item = array.item_bytes;
  for (std::uint64_t from = 0; from < array.size(); ++from) {
    std::uint64_t to = 0;
    for (std::size_t d = 0; d < index.size(); ++d) {
      to = to * array.shape[d] + index[d];
    }
    std::memcpy(ordered.data() + to * item, array.bytes.data() + from * item, item);
    for (std::size_t d = 0; d < index.size() && ++index[d] == array.shape[d]; ++d) {
      index[d] = 0;
    }
  }
  array.bytes = std::move(ordered);
}

template <typename T>
double load(const std::uint8_t* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return static_cast<double>(value);
}

}  // namespace

double NpyArray::value(std::uint64_t i) const {
  const std::uint8_t* at = bytes.data() + i * item_bytes;
  switch (type) {
    case Type::kFloat:
      return item_bytes == 4 ? load<float>(at) : load<double>(at);
    case Type::kSigned:
      return item_bytes == 1   ? load<std::int8_t>(at)
             : item_bytes == 2 ? load<std::int16_t>(at)
             : item_bytes == 4 ? load<std::int32_t>(at)
                               : load<std::int64_t>(at);
    case Type::kUnsigned:
      break;
  }
  return item_bytes == 1   ? load<std::uint8_t>(at)
         : item_bytes == 2 ? load<std::uint16_t>(at)
         : item_bytes == 4 ? load<std::uint32_t>(at)
                           : load<std::uint64_t>(at);
}

std::string shape_text(const std::vector<std::uint64_t>& shape) {
  return shape.empty() ? "one value" : fmt::format("{}", fmt::join(shape, " x "));
}

std::string NpyArray::shape_text() const {
  return nn::shape_text(shape);
}

std::vector<std::uint64_t> read_npy_shape(const NpySource& source) {
  return read_header(source).header.shape;
}

NpyRows::NpyRows(NpySource source) : source_(std::move(source)) {
  const auto [header, header_end] = read_header(source_);
  const ItemType type = item_type(source_, header.descr, swapped_);
  whole_.type = type.type;
  whole_.item_bytes = type.bytes;
  whole_.shape = header.shape;
  fortran_order_ = header.fortran_order && header.shape.size() > 1;
  at_ = header_end;
  end_ = header_end + promised_bytes(source_, header.shape, type.bytes);
}

NpyArray NpyRows::next(std::uint64_t rows) {
  const std::uint64_t all = shape().empty() ? 1 : shape()[0];
  const std::uint64_t left = all - next_row_;
  rows = std::min(fortran_order_ ? all : rows, left);
  NpyArray array;
  array.type = whole_.type;
  array.item_bytes = whole_.item_bytes;
  array.shape = shape();
  if (!array.shape.empty()) {
    array.shape[0] = rows;
  }
  next_row_ += rows;
  read_values(array, left == 0 ? 0 : (end_ - at_) / left * rows);
  if (next_row_ == all) {
    require_end();
  }
  if (swapped_) {
    for (std::size_t at = 0; at < array.bytes.size(); at += array.item_bytes) {
      std::reverse(array.bytes.begin() + static_cast<std::ptrdiff_t>(at),
                   array.bytes.begin() + static_cast<std::ptrdiff_t>(at + array.item_bytes));
    }
  }
  if (fortran_order_) {
    reorder(array);
  }
  return array;
}

void NpyRows::read_values(NpyArray& array, std::uint64_t bytes) {
  array.bytes.reserve(std::min(bytes, source_.likely_bytes));
  while (array.bytes.size() < bytes) {
    const std::size_t old_size = array.bytes.size();
    array.bytes.resize(std::min<std::uint64_t>(bytes, old_size + kPieceBytes));
    const std::span<std::uint8_t> piece = std::span(array.bytes).subspan(old_size);
    const std::size_t got = source_.read(piece);
    if (got < piece.size()) {
      source_.fail(
          at_ + old_size + got,
          fmt::format("the file ends, but its header promises {} values of {} bytes, up to "
                      "byte {}",
                      nn::shape_text(shape()), array.item_bytes, end_),
          kFetchAgain);
    }
  }
  at_ += bytes;
}

void NpyRows::require_end() {
  std::array<std::uint8_t, 1> beyond{};
  if (source_.read(beyond) > 0) {
    source_.fail(end_,
                 fmt::format("the file goes on after the {} values of {} bytes that its header "
                             "promises",
                             nn::shape_text(shape()), whole_.item_bytes),
                 kFetchAgain);
  }
}

NpyArray read_npy(const NpySource& source) {
  NpyRows rows(source);
  return rows.next(rows.shape().empty() ? 1 : rows.shape()[0]);
}

}  // namespace hpsearch::nn

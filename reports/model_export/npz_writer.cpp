#include "reports/model_export/npz_writer.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

#include <fmt/format.h>
#include <zlib.h>

#include "nn/base/utf8.h"
#include "nn/files/data_error.h"

namespace hpsearch::reports {
namespace {

static_assert(std::endian::native == std::endian::little, "'<f4' is little-endian");

constexpr std::size_t kHeaderAlignment = 64;
constexpr std::uint16_t kZipVersion = 20;
constexpr std::uint16_t kUtf8Names = 0x800;
constexpr std::uint16_t kFirstOfJanuary1980 = 0x21;
constexpr char32_t kReplacement = 0xFFFD;

void put(std::string& to, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) {
    to += static_cast<char>(value >> static_cast<unsigned>(8 * i) & 0xFFU);
  }
}

std::string npy_header(std::string_view type, const std::vector<std::size_t>& shape) {
  std::string sizes;
  for (const std::size_t size : shape) {
    sizes += fmt::format("{},", size);
  }
  std::string header =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", type, sizes);
  constexpr std::size_t kBefore = 10;  // magic, version, length
  header.append(kHeaderAlignment - (kBefore + header.size() + 1) % kHeaderAlignment, ' ');
  header += '\n';
  std::string all("\x93NUMPY\x01\x00", 8);
  put(all, header.size(), 2);
  return all + header;
}

template <class Number>
std::string_view bytes_of(std::span<const Number> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

std::u32string code_points(std::string_view text) {
  std::u32string all;
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint c = code_point_at(text, i);
    all += c.valid ? c.value : kReplacement;
    i += c.size;
  }
  return all;
}

}  // namespace

void NpzWriter::add(std::string_view name,
                    std::span<const float> values,
                    const std::vector<std::size_t>& shape) {
  add_array(name, "<f4", shape, bytes_of(values));
}

void NpzWriter::add(std::string_view name, std::span<const double> values) {
  add_array(name, "<f8", {values.size()}, bytes_of(values));
}

void NpzWriter::add(std::string_view name, double value) {
  add_array(name, "<f8", {}, bytes_of(std::span<const double>(&value, 1)));
}

void NpzWriter::add(std::string_view name, const std::vector<std::string>& texts) {
  add_texts(name, texts, {texts.size()});
}

void NpzWriter::add(std::string_view name, std::string_view text) {
  const std::string one(text);
  add_texts(name, {&one, 1}, {});
}

void NpzWriter::add_texts(std::string_view name,
                          std::span<const std::string> texts,
                          const std::vector<std::size_t>& shape) {
  std::vector<std::u32string> wide;
  std::size_t longest = 1;
  for (const std::string& text : texts) {
    wide.push_back(code_points(text));
    longest = std::max(longest, wide.back().size());
  }
  std::string bytes;
  for (std::u32string& text : wide) {
    text.resize(longest, U'\0');
    for (const char32_t c : text) {
      put(bytes, c, 4);
    }
  }
  add_array(name, fmt::format("<U{}", longest), shape, bytes);
}

void NpzWriter::add_array(std::string_view name,
                          std::string_view type,
                          const std::vector<std::size_t>& shape,
                          std::string_view bytes) {
  const std::string header = npy_header(type, shape);
  const std::string file = std::string(name) + ".npy";
  const std::size_t size = header.size() + bytes.size();
  constexpr std::size_t kMost = std::numeric_limits<std::uint32_t>::max();
  if (size > kMost - std::min(kMost, bytes_.size() + directory_.size() + (1U << 20U))) {
    throw nn::DataError("the model",
                        "has more than 4 GiB of weights, which an .npz file cannot hold",
                        "use its .safetensors file");
  }
  uLong crc = crc32_z(0, reinterpret_cast<const Bytef*>(header.data()), header.size());
  crc = crc32_z(crc, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  std::string common;  // to both headers of an entry
  put(common, kZipVersion, 2);
  put(common, kUtf8Names, 2);
  put(common, 0, 2);  // stored
  put(common, 0, 2);  // midnight
  put(common, kFirstOfJanuary1980, 2);
  put(common, crc, 4);
  put(common, size, 4);
  put(common, size, 4);
  put(common, file.size(), 2);
  put(common, 0, 2);  // no extra field
  directory_ += "PK\x01\x02";
  put(directory_, kZipVersion, 2);
  directory_ += common;
  put(directory_, 0, 2);  // no comment
  put(directory_, 0, 2);  // disk
  put(directory_, 0, 2);  // attributes
  put(directory_, 0, 4);
  put(directory_, bytes_.size(), 4);
  directory_ += file;
  bytes_ += "PK\x03\x04";
  bytes_ += common;
  bytes_ += file;
  bytes_ += header;
  bytes_ += bytes;
  ++entries_;
}

std::string NpzWriter::finish() && {
  const std::size_t begin = bytes_.size();
  bytes_ += directory_;
  bytes_ += "PK\x05\x06";
  put(bytes_, 0, 4);
  put(bytes_, entries_, 2);
  put(bytes_, entries_, 2);
  put(bytes_, directory_.size(), 4);
  put(bytes_, begin, 4);
  put(bytes_, 0, 2);
  return std::move(bytes_);
}

}  // namespace hpsearch::reports

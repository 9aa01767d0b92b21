// Bytes of NumPy's arrays and of zip archives for the tests, made without the code under test.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <zlib.h>

#include "tests/nn/data/table_files.h"

namespace hpsearch::test {

inline std::string base64(std::string_view text) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text.substr(0, text.find('='))) {
    bits = bits << 6 | static_cast<std::uint32_t>(kDigits.find(c));
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes += static_cast<char>(bits >> count & 0xff);
    }
  }
  return bytes;
}

inline std::string number(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) {
    text += static_cast<char>(value >> (8 * i) & 0xff);
  }
  return text;
}

// An array file with this dict.
inline std::string npy_of(const std::string& dict, const std::string& values) {
  return "\x93NUMPY" + number(1, 2) + number(dict.size(), 2) + dict + values;
}

inline std::string npy(const std::string& descr,
                       const std::string& shape,
                       const std::string& values) {
  return npy_of("{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }\n",
                values);
}

struct Packed {
  std::string name;
  std::string bytes;
  bool deflate = false;
};

// A zip archive, as the format's description has it.
inline std::string zip(const std::vector<Packed>& entries) {
  std::string out;
  std::string list;
  for (const Packed& entry : entries) {
    std::string data = entry.bytes;
    if (entry.deflate) {
      data = gzip(entry.bytes);
      data = data.substr(10, data.size() - 18);  // without gzip's header and trailer
    }
    const auto crc = ::crc32(0, reinterpret_cast<const Bytef*>(entry.bytes.data()),
                             static_cast<uInt>(entry.bytes.size()));
    const std::string common = number(0, 2) + number(entry.deflate ? 8 : 0, 2) + number(0, 4) +
                               number(crc, 4) + number(data.size(), 4) +
                               number(entry.bytes.size(), 4) + number(entry.name.size(), 2) +
                               number(0, 2);
    list += "PK\1\2" + number(20, 2) + number(20, 2) + common + std::string(10, '\0') +
            number(out.size(), 4) + entry.name;
    out += "PK\3\4" + number(20, 2) + common + entry.name + data;
  }
  return out + list + "PK\5\6" + number(0, 4) + number(entries.size(), 2) +
         number(entries.size(), 2) + number(list.size(), 4) + number(out.size(), 4) + number(0, 2);
}

}  // namespace hpsearch::test

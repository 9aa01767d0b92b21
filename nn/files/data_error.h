// The one exception of data loading: what is wrong, where, and what to do about it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

namespace hpsearch::nn {

// What a byte's number counts: the bytes of the file, or those that come out of its compression.
enum class Counting { kFileBytes, kUncompressedBytes };

// A place in a file, from 0.
struct ByteOffset {
  std::uint64_t byte = 0;
  Counting counting = Counting::kFileBytes;
};

// A place in a text file. Both count from 1; the column counts characters, not bytes.
struct TextPlace {
  std::uint64_t line = 0;
  std::uint64_t column = 0;
};

// "<path>:<line>:<column>", as editors expect it.
inline std::string to_text(const std::filesystem::path& path, TextPlace place) {
  return path.string() + ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
}

// what() is one sentence for the user, without a full stop at its end.
class DataError : public std::runtime_error {
 public:
  explicit DataError(const std::string& sentence) : std::runtime_error(sentence) {}

  // "<subject>: <fault>; <remedy>". The subject is a path, or "data set 'NAME'".
  DataError(const std::string& subject, std::string_view fault, std::string_view remedy)
      : std::runtime_error(subject + ": " + std::string(fault) + "; " + std::string(remedy)) {}

  // "<path>:<line>:<column>: <fault>; <remedy>"
  DataError(const std::filesystem::path& path,
            TextPlace place,
            std::string_view fault,
            std::string_view remedy)
      : DataError(to_text(path, place), fault, remedy) {}

  // "<path>: byte <n>: <fault>; <remedy>", and "byte <n> (uncompressed)" in a compressed file.
  DataError(const std::filesystem::path& path,
            ByteOffset offset,
            std::string_view fault,
            std::string_view remedy)
      : DataError(path.string() + ": byte " + std::to_string(offset.byte) +
                      (offset.counting == Counting::kUncompressedBytes ? " (uncompressed)" : ""),
                  fault,
                  remedy) {}
};

}  // namespace hpsearch::nn

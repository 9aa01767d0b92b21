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

// what() is one sentence for the user, without a full stop at its end.
class DataError : public std::runtime_error {
 public:
  explicit DataError(const std::string& sentence) : std::runtime_error(sentence) {}

  // "<subject>: <fault>; <remedy>". The subject is a path, or "data set 'NAME'".
  DataError(const std::string& subject, std::string_view fault, std::string_view remedy)
      : std::runtime_error(subject + ": " + std::string(fault) + "; " + std::string(remedy)) {}

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

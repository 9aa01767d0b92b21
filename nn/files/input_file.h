// A file of data, read once from its first byte to its last; gzip is undone on the way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nn/base/sha256.h"

namespace hpsearch::nn {

// A file as it lay on disk when it was read.
struct FileChecksum {
  std::filesystem::path path;
  std::uint64_t bytes = 0;
  std::string sha256;     // 64 hexadecimal digits
  std::string role = {};  // source, validation or test; empty where files make up a folder
};

// Whether a file is compressed is told by its first two bytes (1f 8b), never by its name. Several
// gzip members in a row are one text, as for gzip itself. Memory: one fixed buffer (but for
// read_rest), whatever the file says about itself. Not thread-safe.
class InputFile {
 public:
  // Opens `path` and reads its first bytes. Throws DataError if there is no such file, if it is not
  // a regular file, or if it cannot be read.
  explicit InputFile(std::filesystem::path path);

  // Reads from an open descriptor, such as 0 for stdin, which it neither seeks in nor closes, and
  // takes no checksum. `name`: for messages. read_rest() then always returns false.
  InputFile(int descriptor, std::filesystem::path name);

  // Reads `path` without its checksum, for files that may be large and are used once.
  static std::unique_ptr<InputFile> without_checksum(const std::filesystem::path& path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  // Fills `out` with the bytes that follow. Returns how many there were: fewer than out.size() only
  // at the end. Throws DataError if the disk fails, or if the gzip data is cut off or damaged.
  std::size_t read(std::span<std::uint8_t> out);

  // Appends all that follows to `out` where it can be had at once, which is faster than read():
  // where the file is one gzip member of `bytes` more bytes. Otherwise returns false, and nothing
  // has been read: read() delivers what there is, and says what is wrong with it. Takes memory for
  // the file as it lies on disk, and for no more than eight times as much behind it.
  bool read_rest(std::vector<std::uint8_t>& out, std::uint64_t bytes);

  // The number of bytes that have been delivered.
  std::uint64_t position() const { return position_; }

  // The size of the file when it was opened: what a promise in its header may be held against.
  std::uint64_t bytes_on_disk() const { return bytes_on_disk_; }

  // Requires that read() has met the end of the file, and that the checksum is taken.
  FileChecksum checksum() const;

  // Throws the DataError that names this file and byte `offset` of what read() delivers.
  [[noreturn]] void fail(std::uint64_t offset,
                         std::string_view fault,
                         std::string_view remedy) const;

 private:
  struct Inflater;  // keeps zlib out of this header

  InputFile(std::filesystem::path path, bool sums);
  void begin();
  bool refill();
  std::size_t copy(std::span<std::uint8_t> out);
  std::size_t inflate(std::span<std::uint8_t> out);

  std::filesystem::path path_;
  int descriptor_ = -1;
  bool owned_ = true;  // the descriptor is closed at the end
  bool sums_ = true;   // takes the checksum
  std::uint64_t bytes_on_disk_ = 0;
  std::uint64_t bytes_read_ = 0;  // from the disk
  std::uint64_t position_ = 0;    // delivered
  Sha256 sum_;
  std::vector<std::uint8_t> buffer_;
  std::span<const std::uint8_t> waiting_;  // the part of buffer_ not yet used
  std::unique_ptr<Inflater> inflater_;     // null: not compressed
};

}  // namespace hpsearch::nn

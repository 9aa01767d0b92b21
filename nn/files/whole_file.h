// Files that are there whole or not at all, whatever happens to the process or to the power.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nn/files/input_file.h"

namespace hpsearch::nn {

// What becomes of that which has the name already.
enum class Existing { kKept, kReplaced };

// A name in the same folder that no other process uses, for what shall get the name `path`:
// "path.<process>.part".
std::filesystem::path name_beside(const std::filesystem::path& path);

// Removes what killed processes of this machine have left under the names beside `path`. Links and
// what belongs to living processes stay.
void remove_leftovers(const std::filesystem::path& path) noexcept;

// Renames the file or folder `beside` to `path` in one step. A file is on the disk before it has
// its name: a power cut leaves the old one or the new one. With kReplaced a file takes the place of
// a file, and a folder that of a folder, which is then removed. Returns false, and leaves all as it
// is, if the name is taken and kept. Throws std::runtime_error with a sentence for the user; a
// symbolic link is never replaced.
bool put_in_place(const std::filesystem::path& beside,
                  const std::filesystem::path& path,
                  Existing existing);

// Throws the std::runtime_error that says why `path` cannot be written: `error` is an errno.
[[noreturn]] void refuse_to_write(const std::filesystem::path& path, int error);

// A file that is written beside its place and takes it at the end; until then nothing is to be seen
// of it under its name. First removes leftovers. Used by one thread. Everything throws
// std::runtime_error with a sentence for the user where the file cannot be written; nothing of it
// is left then.
class WholeFile {
 public:
  explicit WholeFile(std::filesystem::path path);
  ~WholeFile();  // removes what is not finished
  WholeFile(const WholeFile&) = delete;
  WholeFile& operator=(const WholeFile&) = delete;

  void write(std::span<const std::byte> bytes);
  void write(std::string_view text) { write(std::as_bytes(std::span(text))); }

  // Gives the file its name. False if that is taken and kept: the file then goes.
  bool finish(Existing existing);

  // Of what was written; of a finished file.
  FileChecksum checksum() const { return {path_, size_, sum_.hex()}; }

 private:
  void flush();
  void close_file();

  std::filesystem::path path_;
  std::filesystem::path beside_;
  int file_ = -1;
  bool placed_ = false;
  std::vector<std::byte> waiting_;
  std::uint64_t size_ = 0;
  Sha256 sum_;
};

}  // namespace hpsearch::nn

#include <array>
#include <bit>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <numeric>
#include <stdexcept>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "nn/safetensors.h"
#include "nn/sha256.h"

namespace hpsearch::nn {
namespace {

namespace fs = std::filesystem;

static_assert(std::endian::native == std::endian::little && std::numeric_limits<float>::is_iec559);

std::size_t columns_of(const NamedTensor& tensor) {
  return tensor.shape.back();
}

std::size_t rows_of(const NamedTensor& tensor) {
  return std::accumulate(tensor.shape.begin(), tensor.shape.end() - 1, std::size_t{1},
                         std::multiplies<>());
}

std::string header_of(std::span<const NamedTensor> tensors, const TensorMetadata& metadata) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) {
    header["__metadata__"] = metadata;
  }
  std::size_t offset = 0;
  for (const NamedTensor& tensor : tensors) {
    const std::size_t end = offset + rows_of(tensor) * columns_of(tensor) * sizeof(float);
    header[tensor.name] = {
        {"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = header.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  text.resize((text.size() + 7) / 8 * 8, ' ');
  return text;
}

[[noreturn]] void fail(const fs::path& path, int error) {
  const bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;
  throw std::runtime_error(
      fmt::format("{}: cannot be written: {}; {}", path.string(), std::strerror(error),
                  full ? "make room on the disk (space, quota, ulimit -f)"
                       : "check that the folder exists and that you may write to it"));
}

// A file beside `path` that takes its place at the end, or goes.
class NewFile {
 public:
  explicit NewFile(const fs::path& path)
      : path_(path),
        beside_(fmt::format("{}.{}.part", path.string(), getpid())),
        file_(open(beside_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)) {
    if (file_ < 0) {
      fail(path_, errno);
    }
  }
  ~NewFile() {
    if (file_ >= 0) {
      close(file_);
      unlink(beside_.c_str());
    }
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  void write(std::span<const std::byte> bytes) {
    checksum_.update(bytes);
    size_ += bytes.size();
    waiting_.insert(waiting_.end(), bytes.begin(), bytes.end());
    if (waiting_.size() >= kBlock) {
      flush();
    }
  }

  // On the disk before it has its name: a power cut leaves the old file or the new one.
  FileChecksum finish() {
    flush();
    if (fsync(file_) != 0 || std::rename(beside_.c_str(), path_.c_str()) != 0) {
      fail(path_, errno);
    }
    close(file_);
    file_ = -1;
    const fs::path folder = path_.has_parent_path() ? path_.parent_path() : ".";
    const int directory = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory >= 0) {
      fsync(directory);  // of use to the name alone; some file systems refuse it
      close(directory);
    }
    return {path_, size_, checksum_.hex()};
  }

 private:
  static constexpr std::size_t kBlock = 1 << 20;  // bytes; rows may be short

  void flush() {
    std::span<const std::byte> bytes = waiting_;
    while (!bytes.empty()) {
      const ssize_t n = ::write(file_, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) {
        continue;
      }
      if (n < 0) {
        fail(path_, errno);
      }
      bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
    waiting_.clear();
  }

  fs::path path_;
  std::string beside_;
  int file_;
  std::vector<std::byte> waiting_;
  std::uint64_t size_ = 0;
  Sha256 checksum_;
};

}  // namespace

FileChecksum write_safetensors(const fs::path& path,
                               std::span<const NamedTensor> tensors,
                               const TensorMetadata& metadata) {
  NewFile file(path);
  const std::string header = header_of(tensors, metadata);
  const auto length = std::bit_cast<std::array<std::byte, 8>>(std::uint64_t{header.size()});
  file.write(length);
  file.write(std::as_bytes(std::span(header)));
  for (const NamedTensor& tensor : tensors) {
    for (std::size_t row = 0; row < rows_of(tensor); ++row) {
      file.write(std::as_bytes(tensor.data.subspan(row * tensor.stride, columns_of(tensor))));
    }
  }
  return file.finish();
}

}  // namespace hpsearch::nn

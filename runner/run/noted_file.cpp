#include "runner/run/noted_file.h"

#include <cstddef>
#include <fstream>
#include <span>
#include <system_error>
#include <vector>

#include "nn/base/sha256.h"

namespace hpsearch::runner {

bool is_as_noted(const std::filesystem::path& file,
                 std::uint64_t bytes,
                 const std::string& sha256) {
  std::error_code error;
  if (std::filesystem::file_size(file, error) != bytes || error) {
    return false;
  }
  std::ifstream stream(file, std::ios::binary);
  nn::Sha256 sum;
  std::uint64_t read_bytes = 0;
  std::vector<char> block(1 << 16);
  while (stream) {
    stream.read(block.data(), static_cast<std::streamsize>(block.size()));
    const auto read = static_cast<std::size_t>(stream.gcount());
    sum.update(std::as_bytes(std::span(block).first(read)));
    read_bytes += read;
  }
  return read_bytes == bytes && sum.hex() == sha256;
}

}  // namespace hpsearch::runner

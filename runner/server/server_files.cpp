#include "runner/server/server_files.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nn/files/whole_file.h"
#include "runner/process/descriptor.h"
#include "runner/process/run_program.h"

namespace hpsearch::runner {
namespace {

constexpr std::size_t kMostBytes = 2000;

}  // namespace

std::vector<std::string> server_environment() {
  std::vector<std::string> entries = own_environment();
  std::erase_if(entries, [](const std::string& entry) {
    return entry.starts_with("PG") || entry.starts_with("LC_") || entry.starts_with("LANG");
  });
  entries.emplace_back("LC_ALL=C");
  return entries;
}

std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_private(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::remove(path);
  const Descriptor file(
      open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!file.is_open() ||
      write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      fsync(file.get()) != 0) {
    nn::refuse_to_write(path, errno);
  }
}

std::string last_lines(const std::string& text, std::size_t begin) {
  std::string end = text.substr(std::min(begin, text.size()));
  if (end.size() > kMostBytes) {
    end.erase(0, end.size() - kMostBytes);
    end.erase(0, end.find('\n') + 1);
  }
  end.resize(end.find_last_not_of('\n') + 1);
  return end;
}

}  // namespace hpsearch::runner

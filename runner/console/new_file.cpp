#include "runner/console/new_file.h"

#include <filesystem>

#include "nn/files/whole_file.h"

namespace hpsearch::runner {

bool write_new_file(const std::string& path, std::string_view text) {
  // symlink_status: a dangling link takes the name too.
  std::error_code ignored;
  if (std::filesystem::exists(std::filesystem::symlink_status(path, ignored))) {
    return false;
  }
  nn::WholeFile file(path);
  file.write(text);
  return file.finish(nn::Existing::kKept);
}

}  // namespace hpsearch::runner

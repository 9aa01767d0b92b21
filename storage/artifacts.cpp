#include "storage/artifacts.h"

#include <fmt/format.h>

namespace hpsearch::storage {
namespace {

// A database has one folder, no matter through which symbolic link it is opened.
std::filesystem::path real_path(const std::filesystem::path& database) {
  std::error_code error;
  if (!std::filesystem::is_symlink(database, error)) {
    return database;
  }
  const std::filesystem::path real = std::filesystem::canonical(database, error);
  return error ? database : real;
}

}  // namespace

std::string artifact_path(const std::filesystem::path& database,
                          std::int64_t sweep_id,
                          std::string_view name) {
  return fmt::format("{}.files/sweep{}/{}", real_path(database).filename().string(), sweep_id,
                     name);
}

std::filesystem::path artifact_file(const std::filesystem::path& database,
                                    const std::string& path) {
  return real_path(database).parent_path() / path;
}

}  // namespace hpsearch::storage

#include "storage/artifacts.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "storage/location.h"
#include "storage/postgres/open_postgres.h"

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
  const std::string folder = is_url(database) ? postgres_files_folder(database)
                                              : real_path(database).filename().string() + ".files";
  return fmt::format("{}/sweep{}/{}", folder, sweep_id, name);
}

std::filesystem::path artifact_file(const std::filesystem::path& database,
                                    const std::string& path) {
  return is_url(database) ? std::filesystem::path(path) : real_path(database).parent_path() / path;
}

std::optional<std::filesystem::path> stored_artifact(const std::filesystem::path& database,
                                                     const std::string& path) {
  const std::filesystem::path relative(path);
  const bool inside = relative.is_relative() && path.find('\0') == std::string::npos &&
                      std::distance(relative.begin(), relative.end()) >= 2 &&
                      relative.begin()->string().ends_with(".files") &&
                      std::none_of(relative.begin(), relative.end(), [](const auto& part) {
                        return part == ".." || part == "." || part.empty();
                      });
  if (!inside) {
    return std::nullopt;
  }
  std::filesystem::path file = artifact_file(database, path);
  if (is_url(database)) {
    fetch_postgres_file(database, path, file);
  }
  std::error_code absent;
  return std::filesystem::is_regular_file(std::filesystem::symlink_status(file, absent))
             ? std::optional(std::move(file))
             : std::nullopt;
}

}  // namespace hpsearch::storage

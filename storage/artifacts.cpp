#include "storage/artifacts.h"

#include <fmt/format.h>

#include "storage/store.h"
#include "storage/store_impl.h"

namespace hpsearch::storage {
namespace {

// One database has one folder, whatever symbolic link it is opened by.
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

void Store::put_artifact(std::int64_t trial_id, const ArtifactRow& artifact) {
  impl_->guarded([&] {
    auto& db = *impl_->db;
    Transaction transaction(db);
    SQLite::Statement forget(db, "DELETE FROM artifacts WHERE path = ?");
    forget.bind(1, artifact.path);
    forget.exec();
    SQLite::Statement row(db, "INSERT OR REPLACE INTO artifacts VALUES (?, ?, ?, ?, ?)");
    row.bind(1, trial_id);
    row.bind(2, artifact.name);
    row.bind(3, artifact.path);
    bind_unsigned(row, 4, artifact.bytes);
    row.bind(5, artifact.sha256);
    row.exec();
    transaction.commit();
  });
}

}  // namespace hpsearch::storage

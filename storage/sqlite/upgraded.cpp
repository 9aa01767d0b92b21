#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "storage/row_transfer.h"
#include "storage/sqlite/open_sqlite.h"
#include "storage/sqlite/transaction.h"

namespace hpsearch::storage {
namespace {

namespace fs = std::filesystem;

// A folder in the system's place for temporary files, which goes with its last user.
std::shared_ptr<const fs::path> make_temporary_folder() {
  std::string name = (fs::temp_directory_path() / "hpsearch-upgrade-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) {
    throw StoreError(fmt::format(
        "{}: cannot be created: {}; name a folder that you can write to in the variable TMPDIR",
        name, std::strerror(errno)));
  }
  return {new fs::path(name), [](const fs::path* folder) {
            std::error_code ignored;
            fs::remove_all(*folder, ignored);
            delete folder;
          }};
}

}  // namespace

UpgradedDatabase upgrade_sqlite(fs::path path, std::string tool_version) {
  const DatabasePtr db = open_readable(path);
  const bool current = guarded(
      path, [&] { return db->execAndGet("PRAGMA user_version").getInt() == kSchemaVersion; });
  if (current) {
    return {nullptr, open_sqlite_queries(std::move(path))};
  }
  auto folder = make_temporary_folder();
  const fs::path copy = *folder / "copy.db";
  guarded(path, [&] {
    db->exec("PRAGMA query_only = OFF");  // which counts for the copy as well
    SQLite::Statement s(*db, "VACUUM INTO ?");
    s.bind(1, copy.string());
    s.exec();
  });
  open_sqlite_store(copy, std::move(tool_version));
  return {std::move(folder), open_sqlite_queries(copy)};
}

}  // namespace hpsearch::storage

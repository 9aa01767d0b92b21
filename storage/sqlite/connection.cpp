#include "storage/sqlite/connection.h"

#include <algorithm>
#include <array>
#include <thread>

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/notices.h"

namespace hpsearch::storage {

bool has_moved(SQLite::Database& db) noexcept {
  int moved = 0;
  return sqlite3_file_control(db.getHandle(), "main", SQLITE_FCNTL_HAS_MOVED, &moved) ==
             SQLITE_OK &&
         moved != 0;
}

void StepLimit::watch(SQLite::Database& db) {
  constexpr int kPiece = 1'000'000;
  const auto count = [](void* limit) {
    auto& steps = static_cast<StepLimit*>(limit)->steps_;
    steps += kPiece;
    return steps > kMost ? 1 : 0;
  };
  sqlite3_progress_handler(db.getHandle(), kPiece, count, this);
}

int BusyWait::wait(void* self, int count) {
  using std::chrono::milliseconds;
  constexpr std::array kPauses{1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50, 100};
  constexpr std::chrono::seconds kMoment{1};
  auto& wait = *static_cast<BusyWait*>(self);
  const auto now = std::chrono::steady_clock::now();
  if (count == 0) {
    wait.begin_ = now;
    wait.told_ = false;
  }
  if (now - wait.begin_ >= kPatience) {
    return 0;
  }
  if (!wait.told_ && now - wait.begin_ >= kMoment) {
    wait.told_ = true;
    tell_of_wait(
        fmt::format("{}: another program has locked the database; waiting up to {} s for it",
                    wait.path_, kPatience.count()));
  }
  const auto step = std::min(static_cast<std::size_t>(count), kPauses.size() - 1);
  std::this_thread::sleep_for(milliseconds(kPauses[step]));
  return 1;
}

DatabasePtr open_connection(const std::string& name, int flags, const std::string& path) {
  auto wait = std::make_shared<BusyWait>(path);
  // Without a mutex, which would be locked for each column.
  DatabasePtr db(new SQLite::Database(name, flags | SQLite::OPEN_NOMUTEX), CloseDatabase(wait));
  sqlite3_busy_handler(db->getHandle(), BusyWait::wait, wait.get());
  return db;
}

CloseDatabase CloseDatabase::of_shared(std::shared_ptr<SQLite::Database> db) {
  CloseDatabase close;
  close.shared_ = std::move(db);
  return close;
}

void CloseDatabase::remember_side_files(SQLite::Database& db) {
  // SQLite's own name for the file: absolute, and without symbolic links.
  const char* path = sqlite3_db_filename(db.getHandle(), "main");
  if (path == nullptr) {
    return;
  }
  for (const char* suffix : {"-wal", "-shm"}) {
    std::string name = std::string(path) + suffix;
    struct stat status {};
    if (lstat(name.c_str(), &status) == 0 && S_ISREG(status.st_mode)) {
      side_files_.push_back({std::move(name), status.st_dev, status.st_ino});
    }
  }
}

void CloseDatabase::operator()(SQLite::Database* db) const noexcept {
  if (shared_) {
    return;  // others may use it; it goes with the last of these
  }
  const bool moved = has_moved(*db);
  if (moved) {
    // Waits for nobody. Other processes may still use the log: what they read of it is in the file
    // then, too.
    sqlite3_busy_timeout(db->getHandle(), 0);
    sqlite3_wal_checkpoint_v2(db->getHandle(), "main", SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  }
  delete db;
  if (!moved) {
    return;
  }
  for (const SideFile& file : side_files_) {
    struct stat status {};
    const bool ours = lstat(file.name.c_str(), &status) == 0 && status.st_dev == file.device &&
                      status.st_ino == file.inode;
    if (ours) {
      unlink(file.name.c_str());
    }
  }
}

}  // namespace hpsearch::storage

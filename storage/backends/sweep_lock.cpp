#include "storage/sweep_lock.h"

#include <chrono>
#include <thread>

#include "storage/busy_text.h"
#include "storage/error.h"
#include "storage/location.h"
#include "storage/postgres/open_postgres.h"

namespace hpsearch::storage {
namespace {

constexpr auto kPatience = std::chrono::milliseconds(500);
constexpr auto kPause = std::chrono::milliseconds(10);

std::vector<LockOwner> living(const LockFile& file) {
  std::vector<LockOwner> owners;
  const auto add = [&](int seat) {
    if (auto owner = file.owner(seat)) {
      owners.push_back(*std::move(owner));
    }
  };
  if (file.all_is_locked()) {
    add(0);
    return owners;
  }
  for (int seat = 0; seat < file.seats(); ++seat) {
    if (file.is_locked(kSeats + seat)) {
      add(seat);
    }
  }
  return owners;
}

}  // namespace

SweepLock::SweepLock(const std::filesystem::path& database,
                     std::int64_t sweep_id,
                     const std::string& sweep_name) {
  if (is_url(database)) {
    hold_ = hold_postgres_sweep(database, sweep_id, sweep_name);
    return;
  }
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (true) {
    file_.emplace(file(database, sweep_id));
    const bool taken = file_->lock_all();
    if (taken && file_->is_named()) {
      break;
    }
    if (!taken) {
      if (std::chrono::steady_clock::now() > deadline) {
        throw SweepBusy(busy_text(sweep_name, living(*file_), file_->all_is_locked()));
      }
      std::this_thread::sleep_for(kPause);
    }
  }
  file_->clear();
  file_->write_owner(0);
}

SweepLock::~SweepLock() {
  if (file_) {
    file_->remove();
  }
}

bool SweepLock::is_held(const std::filesystem::path& database, std::int64_t sweep_id) {
  if (is_url(database)) {
    return !postgres_owners(database, sweep_id).empty();
  }
  const auto file = LockFile::look(SweepLock::file(database, sweep_id));
  return file && file->anything_is_locked();
}

std::optional<LockOwner> SweepLock::owner(const std::filesystem::path& database,
                                          std::int64_t sweep_id) {
  const auto all = owners(database, sweep_id);
  return all.empty() ? std::nullopt : std::optional(all.front());
}

std::vector<LockOwner> SweepLock::owners(const std::filesystem::path& database,
                                         std::int64_t sweep_id) {
  if (is_url(database)) {
    return postgres_owners(database, sweep_id);
  }
  const auto file = LockFile::look(SweepLock::file(database, sweep_id));
  return file ? living(*file) : std::vector<LockOwner>();
}

void SweepLock::ask_to_stop(const std::filesystem::path& database, std::int64_t sweep_id) {
  ask_postgres_owners_to_stop(database, sweep_id);
}

}  // namespace hpsearch::storage

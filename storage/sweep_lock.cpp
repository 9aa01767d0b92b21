#include "storage/sweep_lock.h"

#include <chrono>
#include <thread>

#include <fmt/format.h>

#include "storage/error.h"

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

SweepBusy busy(const LockFile& file, const std::string& sweep_name) {
  const bool alone = file.all_is_locked();
  const auto owners = living(file);
  const std::string first = owner_text(owners.empty() ? std::nullopt : std::optional(owners[0]));
  const std::string others = owners.size() < 2 ? ""
                                               : fmt::format(" and {} other{}", owners.size() - 1,
                                                             owners.size() == 2 ? "" : "s");
  return SweepBusy(fmt::format(
      "sweep '{}' is being run by {}{}; wait for {} to end, or stop {} with {}hpsearch stop here "
      "(nothing is lost). {}",
      sweep_name, first, others, others.empty() ? "it" : "them", others.empty() ? "it" : "them",
      others.empty() ? "Ctrl-C there or " : "",
      alone ? "Processes can share a sweep only if each of them is started with run --join"
            : "To train with it, start this process with run --join"));
}

}  // namespace

SweepLock::SweepLock(const std::filesystem::path& database,
                     std::int64_t sweep_id,
                     const std::string& sweep_name) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (true) {
    file_.emplace(file(database, sweep_id));
    const bool taken = file_->lock_all();
    if (taken && file_->is_named()) {
      break;
    }
    if (!taken) {
      if (std::chrono::steady_clock::now() > deadline) {
        throw busy(*file_, sweep_name);
      }
      std::this_thread::sleep_for(kPause);
    }
  }
  file_->clear();
  file_->write_owner(0);
}

SweepLock::~SweepLock() {
  file_->remove();
}

bool SweepLock::is_held(const std::filesystem::path& database, std::int64_t sweep_id) {
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
  const auto file = LockFile::look(SweepLock::file(database, sweep_id));
  return file ? living(*file) : std::vector<LockOwner>();
}

}  // namespace hpsearch::storage

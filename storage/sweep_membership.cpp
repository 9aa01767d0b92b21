#include "storage/sweep_membership.h"

#include <chrono>
#include <thread>

#include <fmt/format.h>

#include "storage/busy_text.h"
#include "storage/error.h"

namespace hpsearch::storage {
namespace {

// Longer than whoever cleans up after a dead process needs, also on a busy disk.
constexpr auto kPatience = std::chrono::seconds(3);
constexpr auto kPause = std::chrono::milliseconds(10);

}  // namespace

SweepMembership::SweepMembership(const std::filesystem::path& database,
                                 std::int64_t sweep_id,
                                 const std::string& sweep_name) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (true) {
    file_.emplace(lock_path(database, sweep_id));
    const bool taken = file_->lock_shared(kPresence);
    if (taken && file_->is_named()) {
      break;
    }
    if (!taken) {
      if (std::chrono::steady_clock::now() > deadline) {
        throw SweepBusy(unshared_text(sweep_name, file_->owner(0)));
      }
      std::this_thread::sleep_for(kPause);
    }
  }
  for (int seat = 0; seat < kMostSeats && seat_ < 0; ++seat) {
    seat_ = file_->lock(kSeats + seat) ? seat : -1;
  }
  if (seat_ < 0) {
    throw StoreError(
        fmt::format("sweep '{}' is being run by {} processes, which is the most; wait "
                    "for one of them to end",
                    sweep_name, kMostSeats));
  }
  file_->write_owner(seat_);
}

SweepMembership::~SweepMembership() {
  if (file_->lock_all()) {  // nobody else is there
    file_->remove();
  }
}

}  // namespace hpsearch::storage

#include "runner/history.h"

#include <algorithm>
#include <utility>

namespace hpsearch::runner {

void History::add_ended(search::Observation trial) {
  const std::uint64_t number = trial.number;
  waiting_.emplace(number, std::move(trial));
  for (auto next = waiting_.begin(); next != waiting_.end() && next->first == ended_.size();
       next = waiting_.erase(next)) {
    ended_.push_back(std::move(next->second));
  }
}

std::uint64_t History::position(std::uint64_t number) const {
  const auto before = std::lower_bound(enqueued_.begin(), enqueued_.end(), number);
  return number - static_cast<std::uint64_t>(before - enqueued_.begin());
}

std::uint64_t History::bound(std::uint64_t position) const {
  if (position == 0) {
    return 0;
  }
  std::uint64_t number = position - 1;
  for (const std::uint64_t enqueued : enqueued_) {
    if (enqueued > number + 1) {
      break;
    }
    ++number;  // also one that follows directly: it belongs to what was searched before
  }
  return number + 1;
}

}  // namespace hpsearch::runner

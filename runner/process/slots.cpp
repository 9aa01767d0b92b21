#include "runner/process/slots.h"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

namespace hpsearch::runner {
namespace {

std::string counted(std::size_t count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

}  // namespace

Slots::Slots(SlotPlan plan, std::vector<int> machine)
    : plan_(std::move(plan)), machine_(std::move(machine)) {
  const auto workers = static_cast<std::size_t>(std::max(1, plan_.workers));
  if (!plan_.gpus.empty()) {
    std::set<std::string> names;
    for (const std::string& gpu : plan_.gpus) {
      if (!names.insert(gpu).second) {
        throw std::runtime_error(fmt::format("GPU '{}' is listed twice", gpu));
      }
    }
    if (plan_.gpus.size() < workers) {
      throw std::runtime_error(fmt::format(
          "{} need a GPU each, but {} listed; list more, or run {}", counted(workers, "worker"),
          plan_.gpus.size() == 1 ? "1 is" : fmt::format("{} are", plan_.gpus.size()),
          counted(plan_.gpus.size(), "worker")));
    }
  }
  if (plan_.cores) {
    const auto each = static_cast<std::size_t>(std::max(1, *plan_.cores));
    const std::size_t fitting = machine_.size() / each;
    if (fitting < workers) {
      throw std::runtime_error(fmt::format(
          "{} with {} each need {}, but only {} can be used here; {}", counted(workers, "worker"),
          counted(each, "core"), counted(workers * each, "core"), machine_.size(),
          fitting > 0 ? fmt::format("run {}, or give each fewer cores", counted(fitting, "worker"))
                      : fmt::format("give each at most {}", counted(machine_.size(), "core"))));
    }
  }
  taken_.resize(workers);
}

Slots::Slot Slots::take() {
  std::unique_lock lock(mutex_);
  std::vector<bool>::iterator free;
  freed_.wait(lock, [&] {
    free = std::find(taken_.begin(), taken_.end(), false);
    return free != taken_.end();
  });
  *free = true;
  return Slot(*this, static_cast<int>(free - taken_.begin()));
}

void Slots::give_back(int number) {
  {
    const std::lock_guard lock(mutex_);
    taken_[static_cast<std::size_t>(number)] = false;
  }
  freed_.notify_one();
}

Slots::Slot::Slot(Slots& owner, int number) : owner_(&owner), number_(number) {
  const auto place = static_cast<std::size_t>(number);
  if (!owner.plan_.gpus.empty()) {
    gpu_ = owner.plan_.gpus[place];
  }
  if (owner.plan_.cores) {
    const int each = std::max(1, *owner.plan_.cores);
    const auto begin = owner.machine_.begin() + static_cast<std::ptrdiff_t>(number) * each;
    cores_.assign(begin, begin + each);
  }
}

Slots::Slot::Slot(Slot&& other) noexcept
    : owner_(other.owner_),
      number_(other.number_),
      gpu_(std::move(other.gpu_)),
      cores_(std::move(other.cores_)),
      held_(std::exchange(other.held_, false)) {}

Slots::Slot::~Slot() {
  if (held_) {
    owner_->give_back(number_);
  }
}

std::vector<std::string> Slots::Slot::environment() const {
  std::vector<std::string> result;
  if (gpu_) {
    result.push_back("CUDA_VISIBLE_DEVICES=" + *gpu_);
  }
  if (!cores_.empty()) {
    result.push_back(fmt::format("OMP_NUM_THREADS={}", cores_.size()));
  }
  return result;
}

}  // namespace hpsearch::runner

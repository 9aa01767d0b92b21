#include "nn/base/profile.h"

#include <chrono>
#include <cstdint>

namespace hpsearch::nn {
namespace {

using Clock = std::chrono::steady_clock;

// Sums over all threads, by Phase. Relaxed order will do: they are statistics.
std::array<std::atomic<std::int64_t>, kPhases> nanoseconds;

// The phase that this thread is in, and since when.
struct Current {
  bool inside = false;
  Phase phase = Phase::kRest;
  Clock::time_point since;
};
thread_local Current current;

void count_until(Clock::time_point now) {
  const auto spent = std::chrono::duration_cast<std::chrono::nanoseconds>(now - current.since);
  nanoseconds[static_cast<std::size_t>(current.phase)].fetch_add(spent.count(),
                                                                 std::memory_order_relaxed);
}

}  // namespace

std::atomic<bool> detail::profiling{false};

std::string_view name_of(Phase phase) {
  switch (phase) {
    case Phase::kGather:
      return "gather";
    case Phase::kProducts:
      return "matrix work";
    case Phase::kLayers:
      return "layers";
    case Phase::kDropout:
      return "dropout";
    case Phase::kLoss:
      return "loss";
    case Phase::kUpdate:
      return "update";
    case Phase::kEvaluation:
      return "evaluation";
    case Phase::kLogging:
      return "logging";
    case Phase::kPretraining:
      return "pre-training";
    case Phase::kRest:
      break;
  }
  return "rest";
}

void start_profile() {
  for (auto& phase : nanoseconds) {
    phase = 0;
  }
  detail::profiling = true;
}

void stop_profile() {
  detail::profiling = false;
}

void ProfileMark::enter(Phase phase) {
  if (current.inside && current.phase == Phase::kEvaluation) {
    return;  // entered_ stays false, so the destructor does nothing either
  }
  // The outer phase pauses here and resumes in leave().
  const auto now = Clock::now();
  outermost_ = !current.inside;
  if (current.inside) {
    count_until(now);
    outer_ = current.phase;
  }
  current = {true, phase, now};
  entered_ = true;
}

void ProfileMark::leave() {
  const auto now = Clock::now();
  count_until(now);
  current = {!outermost_, outer_, now};
}

std::array<double, kPhases> profile_seconds() {
  std::array<double, kPhases> seconds{};
  for (std::size_t i = 0; i < kPhases; ++i) {
    seconds[i] = static_cast<double>(nanoseconds[i].load(std::memory_order_relaxed)) * 1e-9;
  }
  return seconds;
}

}  // namespace hpsearch::nn

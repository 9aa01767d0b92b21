// Where the time of the training threads goes, for HPSEARCH_PROFILE=1. Costs one branch a mark
// where it is off.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <string_view>

namespace hpsearch::nn {

// What is inside kEvaluation, which has a gather, products and losses of its own, counts as that.
enum class Phase {
  kGather,
  kProducts,
  kLayers,  // activations and batch normalisation
  kDropout,
  kLoss,
  kUpdate,
  kEvaluation,
  kLogging,
  kPretraining,
  kRest  // of the training threads: shuffling, initial weights, diagnostics
};
inline constexpr std::size_t kPhases = 10;

std::string_view name_of(Phase phase);

namespace detail {
extern std::atomic<bool> profiling;
}

// Before the first mark. Time that was counted before is forgotten.
void start_profile();
void stop_profile();

inline bool is_profiling() {
  return detail::profiling.load(std::memory_order_relaxed);
}

// Counts the time until its end for `phase`, less that of marks inside it. Of one thread.
class ProfileMark {
 public:
  explicit ProfileMark(Phase phase) {
    if (is_profiling()) {
      enter(phase);
    }
  }
  ~ProfileMark() {
    if (entered_) {
      leave();
    }
  }
  ProfileMark(const ProfileMark&) = delete;
  ProfileMark& operator=(const ProfileMark&) = delete;

 private:
  void enter(Phase phase);
  void leave();

  bool entered_ = false;
  Phase outer_ = Phase::kRest;
  bool outermost_ = false;
};

// Seconds of all threads in each phase so far.
std::array<double, kPhases> profile_seconds();

}  // namespace hpsearch::nn

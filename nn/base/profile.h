// Measures where the training threads spend their time (HPSEARCH_PROFILE=1). A mark costs one
// branch while profiling is off. Safe to use from several threads.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <string_view>

namespace hpsearch::nn {

// Phases of training. Everything inside kEvaluation counts as evaluation, although it gathers rows,
// multiplies and computes losses as well.
enum class Phase {
  kGather,
  kProducts,  // matrix products
  kLayers,    // activations and batch normalisation
  kDropout,
  kLoss,
  kUpdate,
  kEvaluation,
  kLogging,
  kPretraining,
  kRest  // all other work of the training threads: shuffling, initial weights, diagnostics
};
inline constexpr std::size_t kPhases = static_cast<std::size_t>(Phase::kRest) + 1;

// The name for reports: "matrix work".
std::string_view name_of(Phase phase);

namespace detail {
extern std::atomic<bool> profiling;
}

// Starts from zero. Call before the first mark and while no thread holds one.
void start_profile();
void stop_profile();

inline bool is_profiling() {
  return detail::profiling.load(std::memory_order_relaxed);
}

// Charges the time until its destruction to `phase`, except for the time of marks nested inside it.
// Marks nest per thread; destroy each on the thread that created it.
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

// Seconds spent in each phase so far, summed over all threads; indexed by Phase.
std::array<double, kPhases> profile_seconds();

}  // namespace hpsearch::nn

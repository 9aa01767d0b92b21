#include "storage/states.h"

#include <algorithm>
#include <array>
#include <utility>

namespace hpsearch::storage {
namespace {

template <class Enum, std::size_t kSize>
using Words = std::array<std::pair<Enum, std::string_view>, kSize>;

constexpr Words<SweepState, 3> kSweepStates{{
    {SweepState::kRunning, "running"},
    {SweepState::kInterrupted, "interrupted"},
    {SweepState::kComplete, "complete"},
}};
constexpr Words<StopReason, 10> kStopReasons{{
    {StopReason::kRunCap, "run_cap"},
    {StopReason::kTime, "time"},
    {StopReason::kEpochs, "epochs"},
    {StopReason::kTarget, "target"},
    {StopReason::kNoImprovement, "no_improvement"},
    {StopReason::kFailures, "failures"},
    {StopReason::kSpace, "space"},
    {StopReason::kSignal, "signal"},
    {StopReason::kUnknown, "unknown"},
    {StopReason::kCall, "trials"},
}};
constexpr Words<Origin, 5> kOrigins{{
    {Origin::kSampler, "sampler"},
    {Origin::kEnqueued, "enqueued"},
    {Origin::kCarried, "carried"},
    {Origin::kPromoted, "promoted"},
    {Origin::kRetry, "retry"},
}};

// Empty for a number that is none of the enumeration's.
template <class Enum, std::size_t kSize>
std::string_view word_of(const Words<Enum, kSize>& words, Enum value) {
  const auto* found = std::find_if(words.begin(), words.end(),
                                   [&](const auto& word) { return word.first == value; });
  return found == words.end() ? std::string_view() : found->second;
}

template <class Enum, std::size_t kSize>
std::optional<Enum> value_of(const Words<Enum, kSize>& words, std::string_view text) {
  const auto* found = std::find_if(words.begin(), words.end(),
                                   [&](const auto& word) { return word.second == text; });
  return found == words.end() ? std::nullopt : std::optional(found->first);
}

}  // namespace

std::string_view to_text(SweepState state) {
  return word_of(kSweepStates, state);
}
std::optional<SweepState> sweep_state(std::string_view text) {
  return value_of(kSweepStates, text);
}

std::string_view to_text(StopReason reason) {
  return word_of(kStopReasons, reason);
}
std::optional<StopReason> stop_reason(std::string_view text) {
  return value_of(kStopReasons, text);
}

std::string_view to_text(Origin origin) {
  return word_of(kOrigins, origin);
}
std::optional<Origin> origin(std::string_view text) {
  return value_of(kOrigins, text);
}

}  // namespace hpsearch::storage

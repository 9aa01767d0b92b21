// The words by which the database says how things stand, as enumerations.
//
// to_text() gives the word that the database keeps; its counterpart gives nothing for other words.
#pragma once

#include <optional>
#include <string_view>

namespace hpsearch::storage {

// kRunning stays behind when a process is killed, until the database is next opened to write.
enum class SweepState { kRunning, kInterrupted, kComplete };

std::string_view to_text(SweepState state);
std::optional<SweepState> sweep_state(std::string_view text);

// Why a sweep's last run ended.
enum class StopReason {
  kRunCap,         // all its trials have ended
  kTime,           // its active time is used up
  kEpochs,         // its epochs are trained
  kTarget,         // a trial has reached the metric's target
  kNoImprovement,  // too many trials in a row without a better one
  kFailures,       // too many trials in a row have failed
  kSpace,          // the method has no further point
  kSignal,         // a person or the system ended the run
  kUnknown,        // a word of a later version; never written on purpose
  kCall,           // one call's own limit on trials; the sweep goes on with the next call
};

std::string_view to_text(StopReason reason);
std::optional<StopReason> stop_reason(std::string_view text);

// How a trial came to be.
enum class Origin {
  kSampler,   // the method suggested it
  kEnqueued,  // a person did
  kCarried,   // it repeats the parent in a later stage
  kPromoted,  // it trains the parent further
  kRetry,     // it repeats a parent that failed
};

std::string_view to_text(Origin origin);
std::optional<Origin> origin(std::string_view text);

// JSON has the words too; without these its library would write the enumerations' numbers.
template <class Json>
void to_json(Json& json, SweepState state) {
  json = to_text(state);
}
template <class Json>
void to_json(Json& json, StopReason reason) {
  json = to_text(reason);
}
template <class Json>
void to_json(Json& json, Origin origin) {
  json = to_text(origin);
}

}  // namespace hpsearch::storage

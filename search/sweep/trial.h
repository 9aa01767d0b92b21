// The states of a trial.
#pragma once

#include <optional>
#include <string_view>

namespace hpsearch::search {

// queued -> running -> complete | pruned | diverged | failed | interrupted; interrupted -> running.
enum class TrialState { kQueued, kRunning, kComplete, kPruned, kDiverged, kFailed, kInterrupted };

std::string_view to_text(TrialState state);
std::optional<TrialState> trial_state(std::string_view text);

// True if nothing of the trial is left to train.
bool is_finished(TrialState state);

}  // namespace hpsearch::search

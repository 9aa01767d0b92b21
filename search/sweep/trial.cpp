#include "search/sweep/trial.h"

#include <algorithm>
#include <array>
#include <utility>

namespace hpsearch::search {
namespace {

constexpr std::array<std::pair<TrialState, std::string_view>, 7> kNames{{
    {TrialState::kQueued, "queued"},
    {TrialState::kRunning, "running"},
    {TrialState::kComplete, "complete"},
    {TrialState::kPruned, "pruned"},
    {TrialState::kDiverged, "diverged"},
    {TrialState::kFailed, "failed"},
    {TrialState::kInterrupted, "interrupted"},
}};

}  // namespace

std::string_view to_text(TrialState state) {
  return std::find_if(kNames.begin(), kNames.end(), [&](const auto& n) { return n.first == state; })
      ->second;
}

std::optional<TrialState> trial_state(std::string_view text) {
  const auto* found =
      std::find_if(kNames.begin(), kNames.end(), [&](const auto& n) { return n.second == text; });
  return found == kNames.end() ? std::nullopt : std::optional(found->first);
}

bool is_finished(TrialState state) {
  return state == TrialState::kComplete || state == TrialState::kPruned ||
         state == TrialState::kDiverged || state == TrialState::kFailed;
}

}  // namespace hpsearch::search

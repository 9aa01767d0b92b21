#include "search/sweep/trial.h"

#include <array>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hpsearch::search {
namespace {

using testing::Optional;

constexpr std::array<std::pair<TrialState, std::string_view>, 7> kStates{{
    {TrialState::kQueued, "queued"},
    {TrialState::kRunning, "running"},
    {TrialState::kComplete, "complete"},
    {TrialState::kPruned, "pruned"},
    {TrialState::kDiverged, "diverged"},
    {TrialState::kFailed, "failed"},
    {TrialState::kInterrupted, "interrupted"},
}};

TEST(TrialState, HasTheNamesThatScriptsRead) {
  for (const auto& [state, text] : kStates) {
    EXPECT_EQ(to_text(state), text);
    EXPECT_THAT(trial_state(text), Optional(state));
  }
}

TEST(TrialState, KnowsNoOtherNames) {
  for (const char* text : {"", "Complete", "complete ", "done"}) {
    EXPECT_EQ(trial_state(text), std::nullopt) << text;
  }
}

TEST(TrialState, IsFinishedWhenNothingIsLeftToTrain) {
  for (const auto& [state, text] : kStates) {
    const bool unfinished = text == "queued" || text == "running" || text == "interrupted";
    EXPECT_EQ(is_finished(state), !unfinished) << text;
  }
}

}  // namespace
}  // namespace hpsearch::search

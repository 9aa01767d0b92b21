// A trial that goes on from a saved state comes to what it would have come to without a pause.
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runner/run/trial_job.h"
#include "storage/checkpoint_events.h"
#include "tests/support/held_journal.h"
#include "tests/support/scripted_trials.h"
#include "tests/support/temp_folder.h"

namespace hpsearch::runner {
namespace {

using search::TrialState;
using test::Script;
using test::ScriptedTrials;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Optional;
using ::testing::SizeIs;

constexpr std::uint64_t kTrial = 7;
const search::Metric kAccuracy{"val_accuracy", search::Goal::kMaximize};

class ContinuedTrial : public testing::Test {
 protected:
  // A run of the program: its trial trains until `stop_after` epochs are there, or to its end. Each
  // state's row is committed before the next epoch.
  TrialOutcome run(const Script& script, TrialTask task, int stop_after = 0) {
    ScriptedTrials trials([&](const TrialTask&) { return script; });
    trials.saves_states = saves_states;
    storage::Recorder recorder(journal, 1);
    Checkpoints checkpoints({folder.path() / "x.db", 1, "cpu", "data"}, {every, 9}, journal.rows(),
                            recorder, [&](const std::string& line) { lines.push_back(line); });
    std::stop_source stop;
    task.number = kTrial;
    task.stored = stored;
    handed_over.clear();
    const TrialOutcome outcome = run_trial(
        task, trials, metric,
        [&](const nn::EpochRecord& record) {
          recorder.flush();
          handed_over.push_back(record.epoch);
          stored.push_back(record);
          if (record.epoch == stop_after) {
            stop.request_stop();
          }
        },
        stop.get_token(), &checkpoints);
    trained = trials.epochs(kTrial);
    recorder.close();
    return outcome;
  }

  std::vector<int> saved_epochs() const {
    std::vector<int> epochs;
    for (const auto& entry : journal.committed().of<storage::CheckpointEntry>()) {
      epochs.push_back(entry.file ? entry.file->epoch : 0);
    }
    return epochs;
  }
  std::optional<int> continued_after() const {
    for (const auto& entry : journal.committed().of<storage::EventEntry>()) {
      if (const auto event = storage::Continued::from_row(entry.event)) {
        return event->epoch;
      }
    }
    return std::nullopt;
  }

  test::TempFolder folder;
  test::HeldJournal journal;
  search::Metric metric = kAccuracy;
  bool saves_states = true;
  int every = 2;
  std::vector<nn::EpochRecord> stored;  // what the database has
  std::vector<int> handed_over;         // epochs of the last run
  int trained = 0;                      // likewise
  std::vector<std::string> lines;
};

TrialTask task(int epochs) {
  TrialTask task;
  task.epochs = epochs;
  return task;
}

TEST_F(ContinuedTrial, TrainsNoEpochBeforeItsStateAgain) {
  const Script script{.curve = {0.1, 0.9, 0.3, 0.4, 0.5, 0.6, 0.7}};
  EXPECT_EQ(run(script, task(7), 5).state, TrialState::kInterrupted);
  EXPECT_THAT(handed_over, ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(saved_epochs(), ElementsAre(2, 4));
  const TrialOutcome outcome = run(script, task(7));
  EXPECT_EQ(trained, 3) << "5 to be compared, 6 and 7";
  EXPECT_THAT(handed_over, ElementsAre(6, 7));
  EXPECT_THAT(continued_after(), Optional(4));
  EXPECT_EQ(outcome.state, TrialState::kComplete);
  EXPECT_THAT(outcome.value, Optional(0.9));
  EXPECT_EQ(outcome.best_epoch, 2);
  EXPECT_EQ(outcome.epochs_done, 7);
  ASSERT_THAT(outcome.weights, SizeIs(1));
  EXPECT_THAT(outcome.weights[0].values, ElementsAre(2.0F)) << "of the best epoch";
  EXPECT_THAT(lines, IsEmpty());
}

TEST_F(ContinuedTrial, ComparesWhatTheDatabaseHasBeyondItsState) {
  EXPECT_EQ(run({.curve = {0.1, 0.2, 0.3}}, task(7), 3).state, TrialState::kInterrupted);
  EXPECT_THROW(run({.curve = {0.1, 0.2, 0.4}}, task(7)), NotReproducible);
}

TEST_F(ContinuedTrial, HasThePatienceThatIsLeft) {
  const Script script{.curve = {0.1, 0.9, 0.3, 0.4, 0.5, 0.6, 0.95}};
  TrialTask impatient = task(7);
  impatient.patience = 4;
  run(script, impatient, 5);
  const TrialOutcome outcome = run(script, impatient);
  EXPECT_EQ(outcome.epochs_done, 6);
  EXPECT_EQ(outcome.best_epoch, 2);
  EXPECT_EQ(trained, 2);
}

TEST_F(ContinuedTrial, IsPrunedByItsWholeCurve) {
  const Script script{.curve = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7}};
  run(script, task(7), 5);
  TrialTask judged = task(7);
  std::vector<std::size_t> asked;
  search::TrainingRules rules;
  rules.watched.push_back(kAccuracy);
  rules.rules.push_back({0, [&asked](const search::OwnScores& own) {
                           asked.push_back(own.finite.size());
                           return std::optional(
                               search::Judgement{.pruned = own.now && own.finite.size() >= 6,
                                                 .pruner = "test",
                                                 .iteration = std::ssize(own.finite),
                                                 .text = "enough"});
                         }});
  judged.prune.trainings.push_back(std::move(rules));
  const TrialOutcome outcome = run(script, judged);
  EXPECT_EQ(outcome.state, TrialState::kPruned);
  EXPECT_THAT(asked, ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(outcome.value, Optional(0.6));
}

// A metric that the trainer reports as a series is in the stored epochs, and decides.
TEST_F(ContinuedTrial, FollowsAMetricThatIsASeries) {
  metric = {"reward", search::Goal::kMaximize};
  const Script script{.series = {{1, "reward", 3.0}}};
  run(script, task(7), 5);
  const TrialOutcome outcome = run(script, task(7));
  EXPECT_EQ(outcome.best_epoch, 1);
  EXPECT_EQ(trained, 3);
}

TEST_F(ContinuedTrial, BeginsAnewWhereTheDatabaseHasFewerEpochs) {
  const Script script{.curve = {0.1, 0.9, 0.3, 0.4, 0.5}};
  run(script, task(7), 5);
  stored.resize(3);
  const TrialOutcome outcome = run(script, task(7));
  EXPECT_EQ(trained, 7);
  EXPECT_EQ(outcome.best_epoch, 2);
  EXPECT_FALSE(continued_after());
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_THAT(lines[0], HasSubstr("the database lacks epochs"));
}

TEST_F(ContinuedTrial, BeginsAnewWhereItsTrainerTakesNoState) {
  const Script script{.curve = {0.1, 0.9, 0.3, 0.4, 0.5}};
  run(script, task(7), 5);
  saves_states = false;
  EXPECT_EQ(run(script, task(7)).state, TrialState::kComplete);
  EXPECT_EQ(trained, 7);
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_THAT(lines[0], HasSubstr("it does not fit the network"));
}

TEST_F(ContinuedTrial, SavesNothingThatNoEpochFollows) {
  every = 1;
  run({.curve = {0.1, 0.2, 0.3}}, task(3));
  EXPECT_THAT(saved_epochs(), ElementsAre(1, 2));
}

TEST_F(ContinuedTrial, SavesNothingWithoutTheKey) {
  every = 0;
  run({.curve = {0.1, 0.2, 0.3}}, task(9), 5);
  EXPECT_THAT(saved_epochs(), IsEmpty());
  run({.curve = {0.1, 0.2, 0.3}}, task(9));
  EXPECT_EQ(trained, 9);
}

}  // namespace
}  // namespace hpsearch::runner

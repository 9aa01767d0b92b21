// Whole runs of a sweep, in this process and on scripts in place of networks.

#include "runner/run/sweep_run.h"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runner/console/exit_code.h"
#include "runner/run/trial_job.h"
#include "tests/runner/run/played_sweep.h"

namespace hpsearch::runner {
namespace {

using test::Script;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kArtifacts[] =
    "SELECT group_concat(name || number, ' ') FROM (SELECT a.name, number FROM artifacts a JOIN "
    "trials USING(trial_id) ORDER BY 1)";

// Hands a run the scripts of a test, which outlive it.
class Lent final : public TrialFactory {
 public:
  explicit Lent(test::ScriptedTrials& trials) : trials_(trials) {}
  std::unique_ptr<TrialTrainer> begin(const TrialTask& task, const std::stop_token& stop) override {
    return trials_.begin(task, stop);
  }
  bool reproducible() const override { return trials_.reproducible(); }

 private:
  test::ScriptedTrials& trials_;
};

struct RunResult {
  int code = -1;
  std::string out;
  std::string err;
};

// A folder with a database, and the scripts that its runs play.
class Runs {
 public:
  explicit Runs(test::ScriptedTrials::Scripts scripts) : trials(std::move(scripts)) {}

  RunResult run(int run_cap, const std::stop_token& stop = {}, RunRequest request = {}) {
    const SweepFile file =
        load_sweep_file(folder.write("sweep.yaml", played_yaml(run_cap)).string());
    request.database = folder.path() / "x.db";
    request.workers = 1;
    request.continue_command = "hpsearch run sweep.yaml";
    Lines lines;
    testing::internal::CaptureStdout();
    RunResult result;
    try {
      result.code =
          run_sweep(file, request, stop, lines.printer, [&](const nn::TrainingData& data) {
            trials.weights = [&data](const TrialTask& task, int epoch) {
              return epoch_as_bias(task, data, epoch);
            };
            return std::make_unique<Lent>(trials);
          });
    } catch (...) {
      testing::internal::GetCapturedStdout();
      throw;
    }
    result.out = testing::internal::GetCapturedStdout();
    result.err = lines.text();
    return result;
  }

  // The same, stopped when this trial is held.
  RunResult run_until_held(int run_cap, std::uint64_t trial) {
    std::stop_source stop;
    std::jthread user([&] {
      EXPECT_TRUE(trials.wait_until_held(trial));
      stop.request_stop();
    });
    return run(run_cap, stop.get_token());
  }

  std::string query(const std::string& sql) const {
    return test::query(folder.path() / "x.db", sql);
  }
  std::string file(const std::string& name) const {
    return folder.read("x.db.files/sweep1/" + name);
  }

  test::TempFolder folder;
  test::ScriptedTrials trials;
};

// Trial 1 is the best, at epoch 2; trial 2 can be held.
test::ScriptedTrials::Scripts one_good(int held_at = 0) {
  return [held_at](const TrialTask& task) {
    return task.number == 1   ? Script{.curve = {0.1, 0.9, 0.3}}
           : task.number == 2 ? Script{.curve = {0.5}, .held_at = held_at}
                              : flat(0.5);
  };
}

TEST(SweepRun, TrainsEachTrialOnceAndKeepsTheWinner) {
  Runs runs(one_good());
  const RunResult result = runs.run(3);
  EXPECT_EQ(result.code, kExitDone);
  EXPECT_THAT(result.out, HasSubstr("\nbest: trial 1, val_accuracy 0.9 at epoch 2\n"));
  EXPECT_THAT(result.err, Not(HasSubstr("again")));
  EXPECT_THAT(runs.trials.begun(), ElementsAre(0U, 1U, 2U));
  EXPECT_EQ(runs.query(kArtifacts), "prediction_table1 predictions1 weights1");
  EXPECT_NEAR(std::stod(runs.query("SELECT value FROM metrics WHERE name = 'test_loss'")),
              loss_of_bias(2.0), 1e-6);
  EXPECT_EQ(runs.query("SELECT state || ' ' || stop_reason FROM sweeps"), "complete run_cap");
  const RunResult second = runs.run(3);
  EXPECT_EQ(second.code, kExitDone);
  EXPECT_THAT(second.err,
              HasSubstr("sweep 'played' is already complete; raise run_cap to extend it\n"));
  EXPECT_EQ(runs.trials.begun().size(), 3U);
}

TEST(SweepRun, ThatWasInterruptedHasItsWinnersWeightsAlready) {
  Runs undisturbed(one_good());
  undisturbed.run(3);
  for (const bool delete_candidate : {false, true}) {
    Runs runs(one_good(2));
    const RunResult first = runs.run_until_held(3, 2);
    EXPECT_EQ(first.code, kExitInterrupted);
    EXPECT_THAT(first.err, HasSubstr("To continue:\n  hpsearch run sweep.yaml\n"));
    EXPECT_EQ(runs.query(kArtifacts), "candidate1");
    if (delete_candidate) {
      std::filesystem::remove(runs.folder.path() / "x.db.files/sweep1/candidate.safetensors");
    }
    runs.trials.release(2);
    const RunResult second = runs.run(3);
    EXPECT_EQ(second.code, kExitDone);
    const std::string line =
        "training trial 1 again up to epoch 2 for its test metric and weights\n";
    if (delete_candidate) {
      EXPECT_THAT(second.err, HasSubstr(line));
      EXPECT_THAT(runs.trials.begun(), ElementsAre(0U, 1U, 2U, 2U, 1U));
    } else {
      EXPECT_THAT(second.err, Not(HasSubstr(line)));
      EXPECT_THAT(runs.trials.begun(), ElementsAre(0U, 1U, 2U, 2U));
    }
    EXPECT_EQ(runs.query(kArtifacts), "prediction_table1 predictions1 weights1");
    EXPECT_EQ(runs.file("candidate.safetensors"), "");
    EXPECT_EQ(runs.file("best.safetensors"), undisturbed.file("best.safetensors"));
    EXPECT_EQ(runs.file("best.predictions.json"), undisturbed.file("best.predictions.json"));
    EXPECT_NE(runs.file("best.safetensors"), "");
  }
}

TEST(SweepRun, ThatEndsByItsCallKeepsItsCandidate) {
  Runs runs(one_good());
  RunRequest two;
  two.trials = 2;
  const RunResult first = runs.run(3, {}, two);
  EXPECT_EQ(first.code, kExitDone);
  EXPECT_THAT(first.err, HasSubstr("this call ends here, as --trials asked; to go on:\n"));
  EXPECT_EQ(runs.query(kArtifacts), "candidate1");
  EXPECT_EQ(runs.query("SELECT state FROM sweeps"), "interrupted");
  runs.run(3);
  EXPECT_THAT(runs.trials.begun(), ElementsAre(0U, 1U, 2U));
}

TEST(SweepRun, TrainsNoWinnerAgainThatStaysWhenALimitIsRaised) {
  Runs runs(one_good());
  runs.run(3);
  const std::string weights = runs.file("best.safetensors");
  EXPECT_EQ(runs.run(5).code, kExitDone);
  EXPECT_THAT(runs.trials.begun(), ElementsAre(0U, 1U, 2U, 3U, 4U));
  EXPECT_EQ(runs.file("best.safetensors"), weights);
  EXPECT_EQ(runs.query("SELECT count(*) FROM metrics WHERE name = 'test_loss'"), "1");
}

TEST(SweepRun, TrainsTheWinnerAgainThatALoweredLimitBrings) {
  Runs runs(one_good());
  runs.run(3);
  const RunResult result = runs.run(1);
  EXPECT_EQ(result.code, kExitDone);
  EXPECT_THAT(result.err, HasSubstr("training trial 0 again up to epoch 1 for its test metric and "
                                    "weights\n"));
  EXPECT_THAT(runs.trials.begun(), ElementsAre(0U, 1U, 2U, 0U));
  EXPECT_EQ(runs.query(kArtifacts), "prediction_table0 predictions0 weights0");
}

TEST(SweepRun, WithoutACompleteTrialSaysSo) {
  Runs runs([](const TrialTask&) { return Script{.begin_error = "no such thing"}; });
  const RunResult result = runs.run(2);
  EXPECT_EQ(result.code, kExitNoTrial);
  EXPECT_THAT(result.err, HasSubstr("no trial is complete"));
  EXPECT_EQ(runs.query("SELECT count(*) FROM artifacts"), "0");
  EXPECT_EQ(runs.query("SELECT state FROM sweeps"), "complete");
}

TEST(SweepRun, LeavesTheSweepInterruptedWhereATrialDoesNotRepeatItself) {
  double value = 0.5;
  Runs runs([&](const TrialTask&) { return Script{.curve = {value}, .held_at = 2}; });
  EXPECT_EQ(runs.run_until_held(2, 0).code, kExitInterrupted);
  EXPECT_EQ(runs.query(kArtifacts), "") << "no trial is complete yet";
  value = 0.6;
  EXPECT_THROW(runs.run(2), NotReproducible);
  EXPECT_EQ(runs.query("SELECT state FROM sweeps"), "interrupted");
}

TEST(SweepRun, StartsUnfinishedTrialsOfATrainerAgainThatCannotRepeatItself) {
  double value = 0.5;
  Runs runs([&](const TrialTask&) { return Script{.curve = {value}, .held_at = 2}; });
  runs.trials.repeatable = false;
  EXPECT_EQ(runs.run_until_held(1, 0).code, kExitInterrupted);
  EXPECT_EQ(runs.query("SELECT count(*) FROM epochs"), "1");
  value = 0.6;
  runs.trials.release(0);
  EXPECT_EQ(runs.run(1).code, kExitDone);
  EXPECT_EQ(runs.query("SELECT group_concat(val_accuracy) FROM epochs"), "0.6,0.6,0.6");
}

// The process ends without the worker that does not answer; what was found is kept.
TEST(SweepRunDeathTest, EndsWithoutAWorkerThatDoesNotAnswer) {
  Runs runs([](const TrialTask& task) {
    return task.number == 1 ? Script{.held_at = 2, .deaf = true} : flat(0.75);
  });
  EXPECT_EXIT(runs.run_until_held(3, 1), testing::ExitedWithCode(kExitInterrupted), "");
  EXPECT_EQ(runs.query("SELECT state || ' ' || stop_reason FROM sweeps"), "interrupted signal");
  EXPECT_EQ(runs.query("SELECT group_concat(number || state || epochs_done, ' ') FROM trials"),
            "0complete3 1interrupted1");
  EXPECT_EQ(runs.query(kArtifacts), "candidate0");
}

}  // namespace
}  // namespace hpsearch::runner

// What an ended sweep keeps of its winner, and from where it has the weights.

#include "runner/run/winner.h"

#include <filesystem>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/files/safetensors.h"
#include "nn/model/trained_model.h"
#include "runner/run/trial_job.h"
#include "tests/runner/run/played_sweep.h"

namespace hpsearch::runner {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kAgain[] = "training trial 1 again up to epoch 2 for its test metric and weights\n";

// Three trials have ended; trial 1 has won at epoch 2.
class Ended : public PlayedSweep {
 public:
  Ended()
      : PlayedSweep(played_yaml(3), [this](const TrialTask& task) {
          return task.number == 1
                     ? test::Script{.curve = {0.1, winners_value, 0.2}, .held_at = held}
                     : flat(0.5);
        }) {
    trials.weights = [this](const TrialTask& task, int epoch) {
      return epoch_as_bias(task, loaded.data, epoch);
    };
    kept = drive().kept;
  }

  std::optional<std::vector<storage::MetricRow>> keep(const std::optional<KeptWeights>& weights,
                                                      bool same_machine = true,
                                                      const std::stop_token& stop = {}) {
    const auto store = open();
    const auto queries = storage::open_queries(database());
    const auto sweep = *store->find_sweep("played");
    return keep_winner({sweep, spec(), loaded.data, trials, weights, same_machine},
                       *queries->best("played"), *queries, *store, lines.printer, stop);
  }

  // How often trial 1 was begun to regain its weights.
  std::ptrdiff_t trained_again() const {
    const auto begun = trials.begun();
    return std::count(begun.begin(), begun.end(), 1U) - 1;
  }

  std::string file(const std::string& name) const {
    return folder.read("x.db.files/sweep1/" + name);
  }
  std::filesystem::path candidate() const {
    return folder.path() / "x.db.files/sweep1/candidate.safetensors";
  }
  void write_candidate(const KeptWeights& weights) {
    keep_candidate(*open(), id, weights, lines.printer);
  }

  double winners_value = 0.9;
  int held = 0;
  std::optional<KeptWeights> kept;
};

TEST(Winner, IsJudgedByTheWeightsThatItsTrainingKept) {
  Ended sweep;
  ASSERT_TRUE(sweep.kept);
  const auto metrics = sweep.keep(sweep.kept);
  ASSERT_TRUE(metrics);
  EXPECT_EQ(sweep.trained_again(), 0);
  EXPECT_THAT(sweep.lines.text(), testing::Not(HasSubstr("again")));
  EXPECT_EQ(metrics->at(0).name, "test_loss");
  EXPECT_EQ(metrics->at(0).epoch, 2);
  EXPECT_NEAR(metrics->at(0).value, loss_of_bias(2.0), 1e-6);
  EXPECT_EQ(metrics->at(1).name, "test_accuracy");
  EXPECT_EQ(metrics->at(1).value, 0.5);
  const auto file =
      nn::read_safetensors(sweep.folder.path() / "x.db.files/sweep1/best.safetensors");
  EXPECT_EQ(nn::network_weights(file.tensors).back().values.back(), 2.0F);
  EXPECT_EQ(
      sweep.query("SELECT group_concat(name) FROM (SELECT a.name FROM artifacts a JOIN trials "
                  "USING(trial_id) WHERE number = 1 ORDER BY 1)"),
      "prediction_table,predictions,weights");
}

TEST(Winner, IsTrainedAgainToTheSameBytesWhereNothingWasKept) {
  Ended sweep;
  const auto kept = sweep.keep(sweep.kept);
  const std::string weights = sweep.file("best.safetensors");
  const std::string predictions = sweep.file("best.predictions.json");
  ASSERT_NE(weights, "");
  std::filesystem::remove_all(sweep.folder.path() / "x.db.files");
  const auto again = sweep.keep(std::nullopt);
  EXPECT_EQ(sweep.trained_again(), 1);
  EXPECT_EQ(sweep.trials.epochs(1), 3 + 2);
  EXPECT_THAT(sweep.lines.text(), HasSubstr(kAgain));
  EXPECT_EQ(again->at(0).value, kept->at(0).value);
  EXPECT_EQ(sweep.file("best.safetensors"), weights);
  EXPECT_EQ(sweep.file("best.predictions.json"), predictions);
}

TEST(Winner, TakesNoWeightsOfAnotherTrialAttemptOrEpoch) {
  for (const WeightsOrigin& other : {WeightsOrigin{0, 1, 2}, {1, 2, 2}, {1, 1, 3}}) {
    Ended sweep;
    KeptWeights wrong = *sweep.kept;
    wrong.origin = other;
    wrong.tensors.back().values.back() = 7.0F;
    EXPECT_NEAR(sweep.keep(wrong)->at(0).value, loss_of_bias(2.0), 1e-6);
    EXPECT_EQ(sweep.trained_again(), 1);
  }
}

TEST(Winner, IsTrainedAgainWhereItsWeightsDoNotFitItsNetwork) {
  Ended sweep;
  KeptWeights wrong = *sweep.kept;
  wrong.tensors.pop_back();
  EXPECT_NEAR(sweep.keep(wrong)->at(0).value, loss_of_bias(2.0), 1e-6);
  EXPECT_EQ(sweep.trained_again(), 1);
}

TEST(Winner, TakesTheCandidateOfAnEarlierRun) {
  Ended sweep;
  sweep.write_candidate(*sweep.kept);
  const std::string row = sweep.query(
      "SELECT number || ' ' || name || ' ' || path || ' ' || bytes FROM artifacts JOIN trials "
      "USING(trial_id)");
  EXPECT_EQ(row, fmt::format("1 candidate x.db.files/sweep1/candidate.safetensors {}",
                             std::filesystem::file_size(sweep.candidate())));
  EXPECT_NEAR(sweep.keep(std::nullopt)->at(0).value, loss_of_bias(2.0), 1e-6);
  EXPECT_EQ(sweep.trained_again(), 0);
  const auto store = sweep.open();
  drop_candidate(*store, sweep.id);
  EXPECT_FALSE(std::filesystem::exists(sweep.candidate()));
  EXPECT_EQ(sweep.query("SELECT count(*) FROM artifacts WHERE name = 'candidate'"), "0");
  drop_candidate(*store, sweep.id);  // nothing is left to drop
}

// The weights of an ended sweep that goes on, and whose winner stays.
TEST(Winner, TakesItsOwnFileOfAnEarlierEnd) {
  Ended sweep;
  sweep.keep(sweep.kept);
  const std::string weights = sweep.file("best.safetensors");
  EXPECT_NEAR(sweep.keep(std::nullopt)->at(0).value, loss_of_bias(2.0), 1e-6);
  EXPECT_EQ(sweep.trained_again(), 0);
  EXPECT_EQ(sweep.file("best.safetensors"), weights);
}

TEST(Winner, TakesNoFileThatIsTornChangedGoneOrOfAnotherEpoch) {
  Ended sweep;
  const auto trains_again = [&](const char* what, const auto& damage) {
    KeptWeights wrong = *sweep.kept;
    wrong.tensors.back().values.back() = 7.0F;  // shows if it is used all the same
    sweep.query("DELETE FROM artifacts");
    sweep.write_candidate(wrong);
    damage();
    const auto before = sweep.trained_again();
    EXPECT_NEAR(sweep.keep(std::nullopt)->at(0).value, loss_of_bias(2.0), 1e-6) << what;
    EXPECT_EQ(sweep.trained_again(), before + 1) << what;
  };
  trains_again("torn", [&] {
    std::filesystem::resize_file(sweep.candidate(),
                                 std::filesystem::file_size(sweep.candidate()) - 1);
  });
  trains_again("changed", [&] {
    std::fstream file(sweep.candidate(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(-1, std::ios::end);
    file.put('\x7f');
  });
  trains_again("gone", [&] { std::filesystem::remove(sweep.candidate()); });
  trains_again("a folder", [&] {
    std::filesystem::remove(sweep.candidate());
    std::filesystem::create_directory(sweep.candidate());
  });
  std::filesystem::remove(sweep.candidate());
  trains_again("of another epoch", [&] {
    KeptWeights other = *sweep.kept;
    other.origin.epoch = 1;
    sweep.write_candidate(other);
  });
  trains_again("of another attempt", [&] {
    KeptWeights other = *sweep.kept;
    other.origin.attempt = 2;
    sweep.write_candidate(other);
  });
}

TEST(Winner, TakesNoFileOfAnotherMachine) {
  Ended sweep;
  sweep.write_candidate(*sweep.kept);
  EXPECT_TRUE(sweep.keep(std::nullopt, false));
  EXPECT_EQ(sweep.trained_again(), 1);
}

TEST(Winner, SaysThatACandidateCannotBeWritten) {
  Ended sweep;
  sweep.folder.write("x.db.files", "in the way");
  sweep.write_candidate(*sweep.kept);
  EXPECT_THAT(sweep.lines.text(),
              HasSubstr("the weights of trial 1, the best so far, were not kept: "));
  EXPECT_EQ(sweep.query("SELECT count(*) FROM artifacts"), "0");
}

TEST(Winner, LeavesNothingBehindWhereAStopComesFirst) {
  Ended sweep;
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(sweep.keep(sweep.kept, true, stop.get_token()), std::nullopt);
  EXPECT_EQ(sweep.query("SELECT count(*) FROM artifacts"), "0");
  // In the middle of its second training.
  std::stop_source later;
  sweep.held = 2;
  std::jthread user([&] {
    EXPECT_TRUE(sweep.trials.wait_until_held(1));
    later.request_stop();
  });
  EXPECT_EQ(sweep.keep(std::nullopt, true, later.get_token()), std::nullopt);
  EXPECT_EQ(sweep.query("SELECT count(*) FROM artifacts"), "0");
}

TEST(Winner, MustRepeatItselfOnTheSameMachineOnly) {
  Ended sweep;
  sweep.winners_value = 0.8;
  EXPECT_THROW(sweep.keep(std::nullopt), NotReproducible);
  const auto metrics = sweep.keep(std::nullopt, false);
  ASSERT_TRUE(metrics);
  EXPECT_NEAR(metrics->at(0).value, loss_of_bias(2.0), 1e-6);
  EXPECT_THAT(sweep.lines.text(), HasSubstr("gives other bits here: its test metric is that of the "
                                            "weights trained here\n"));
  EXPECT_EQ(sweep.query("SELECT kind FROM events WHERE kind LIKE 'test_%'"),
            "test_metric_of_other_weights");
}

TEST(Winner, OfATrainerThatCannotRepeatItselfHasOnlyWhatWasKept) {
  Ended sweep;
  sweep.trials.repeatable = false;
  const auto metrics = sweep.keep(std::nullopt);
  ASSERT_TRUE(metrics);
  EXPECT_THAT(*metrics, IsEmpty());
  EXPECT_EQ(sweep.trained_again(), 0);
  EXPECT_EQ(sweep.query("SELECT count(*) FROM artifacts"), "0");
  EXPECT_NEAR(sweep.keep(sweep.kept)->at(0).value, loss_of_bias(2.0), 1e-6);
}

}  // namespace
}  // namespace hpsearch::runner

// `repeats`, with the real program: the best trials with further seeds.
#include <algorithm>
#include <cmath>
#include <csignal>
#include <set>
#include <sstream>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/runner/whole/folds_sweeps.h"

namespace hpsearch::runner {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kRepeats[] = "repeats: {seeds: 3, top: 2}\n";

// What counts of a repeated sweep, as text.
std::string outcome(const Table& folder) {
  return folder.query(
             "SELECT group_concat(number || ':' || state || ':' || printf('%!.17g', value) || ':' "
             "|| coalesce(best_epoch, '-') || ':' || epochs_done, ' ') FROM (SELECT * FROM trials "
             "ORDER BY number)") +
         folder.query(
             "SELECT group_concat(trial_id || '.' || replicate || ':' || seed || ':' || "
             "printf('%!.17g', value), ' ') FROM (SELECT * FROM replicates ORDER BY trial_id, "
             "replicate)") +
         folder.query(
             "SELECT group_concat(replicate || ':' || epoch || ':' || name || ':' || "
             "printf('%!.17g', value), ' ') FROM (SELECT * FROM metrics WHERE name GLOB 'test_*' "
             "ORDER BY replicate, epoch, name)") +
         folder.query("SELECT sha256 FROM artifacts WHERE name = 'weights'") + folder.digest();
}

std::vector<double> numbers(const std::string& lines) {
  std::vector<double> values;
  std::istringstream stream(lines);
  for (std::string one; std::getline(stream, one, ',');) {
    values.push_back(std::stod(one));
  }
  return values;
}

// The values of the trial of this rank, by replicate.
std::vector<double> values_of(const Table& folder, int rank) {
  return numbers(folder.query(fmt::format(
      "SELECT group_concat(printf('%!.17g', value), ',') FROM (SELECT r.value FROM replicates r "
      "JOIN leaderboard USING(trial_id) WHERE rank = {} ORDER BY r.replicate)",
      rank)));
}

double mean(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double value : values) {
    sum += value;
  }
  return sum / static_cast<double>(values.size());
}

double variance(const std::vector<double>& values) {
  double squares = 0.0;
  for (const double value : values) {
    squares += (value - mean(values)) * (value - mean(values));
  }
  return squares / (static_cast<double>(values.size()) - 1.0);
}

// P(T <= t) of Student's t distribution, by Simpson's rule.
double student(double t, double freedom) {
  const double scale = std::exp(std::lgamma((freedom + 1.0) / 2.0) - std::lgamma(freedom / 2.0)) /
                       std::sqrt(freedom * std::acos(-1.0));
  const auto density = [&](double x) {
    return scale * std::pow(1.0 + x * x / freedom, -(freedom + 1.0) / 2.0);
  };
  constexpr int kSteps = 200'000;
  const double step = t / kSteps;
  double sum = density(0.0) + density(t);
  for (int i = 1; i < kSteps; ++i) {
    sum += (i % 2 == 0 ? 2.0 : 4.0) * density(i * step);
  }
  return 0.5 + sum * step / 3.0;
}

TEST(RepeatsRun, FindsTheSameWithAnyNumberOfWorkers) {
  std::set<std::string> outcomes;
  for (const char* workers : {"1", "2", "3"}) {
    const Table folder(folds_sweep("", kRepeats, 5));
    const auto result = folder.run({"--workers", workers});
    ASSERT_EQ(result.code, 0) << result.err;
    EXPECT_THAT(result.err, HasSubstr("repeats: 4 trainings left for the best 2 trials, 3 seeds"));
    outcomes.insert(outcome(folder));
  }
  EXPECT_EQ(outcomes.size(), 1U);
}

TEST(RepeatsRun, RanksTheMeansOfTheBestTrialsBeforeAllOthers) {
  const Table plain(folds_sweep("", "", 5));
  ASSERT_EQ(plain.run().code, 0);
  const Table folder(folds_sweep("", kRepeats, 5));
  const auto result = folder.run();
  ASSERT_EQ(result.code, 0) << result.err;
  // The same two trials compete, the others keep their order behind them.
  constexpr char kTop[] =
      "SELECT group_concat(trial) FROM (SELECT trial FROM leaderboard WHERE "
      "rank <= 2 ORDER BY trial)";
  EXPECT_EQ(folder.query(kTop), plain.query(kTop));
  constexpr char kRest[] =
      "SELECT group_concat(trial || ':' || value) FROM (SELECT trial, value "
      "FROM leaderboard WHERE rank > 2 ORDER BY rank)";
  EXPECT_EQ(folder.query(kRest), plain.query(kRest));
  constexpr char kFirst[] =
      "SELECT group_concat(number || ':' || seed || ':' || printf('%!.17g', "
      "value)) FROM (SELECT t.number, r.seed, r.value FROM replicates r "
      "JOIN trials t USING(trial_id) WHERE replicate = 0 ORDER BY t.number)";
  EXPECT_EQ(folder.query(kFirst), plain.query(kFirst)) << "the first trainings are the search's";
  EXPECT_EQ(folder.query("SELECT count(*) || ' ' || count(DISTINCT seed) FROM replicates WHERE "
                         "fold IS NULL AND state = 'complete'"),
            "9 9");
  EXPECT_EQ(
      folder.query("SELECT count(*) FROM trials WHERE best_epoch IS NULL AND epochs_done = 15 "
                   "AND score = -value"),
      "2");
  const auto first = values_of(folder, 1);
  const auto second = values_of(folder, 2);
  ASSERT_EQ(first.size(), 3U);
  EXPECT_GE(mean(first), mean(second));
  EXPECT_NEAR(std::stod(folder.query("SELECT value FROM best_trials")), mean(first), 1e-12);
  EXPECT_EQ(folder.query("SELECT replicates FROM best_trials"), "3");
  EXPECT_NEAR(std::stod(folder.query("SELECT deviation FROM best_trials")),
              std::sqrt(variance(first)), 1e-12);
  EXPECT_NEAR(std::stod(folder.query("SELECT standard_error FROM leaderboard WHERE rank = 2")),
              std::sqrt(variance(second) / 3.0), 1e-12);
  EXPECT_EQ(folder.query("SELECT count(*) FROM leaderboard WHERE rank > 2 AND (replicates <> 1 OR "
                         "deviation IS NOT NULL)"),
            "0");

  const auto json = nlohmann::json::parse(folder.report({"--json"}).out);
  const double of_first = variance(first) / 3.0;
  const double of_second = variance(second) / 3.0;
  const double error = std::sqrt(of_first + of_second);
  const double freedom = (of_first + of_second) * (of_first + of_second) /
                         (of_first * of_first / 2.0 + of_second * of_second / 2.0);
  EXPECT_FALSE(json["duel"]["paired"].get<bool>());
  EXPECT_NEAR(json["duel"]["probability"].get<double>(),
              student((mean(first) - mean(second)) / error, freedom), 1e-6);
  EXPECT_NEAR(json["best"]["standard_error"].get<double>(), std::sqrt(of_first), 1e-12);
  EXPECT_EQ(json["best"]["replicate_values"].size(), 3U);
  EXPECT_THAT(result.out, HasSubstr("(mean of 3 seeds, standard error"));
  EXPECT_THAT(result.out, HasSubstr("lead: rank 1 beats rank 2"));
}

TEST(RepeatsRun, TestsEachReplicateOfTheWinnerAndKeepsTheBestOnesWeights) {
  const Table folder(folds_sweep("", kRepeats, 5));
  ASSERT_EQ(folder.run().code, 0);
  const std::string trial = folder.query("SELECT trial FROM best_trials");
  constexpr char kTests[] =
      "SELECT group_concat(printf('%!.17g', m.value), ',') FROM (SELECT m.value FROM metrics m "
      "JOIN "
      "replicates r USING(trial_id, replicate) JOIN best_trials USING(trial_id) WHERE m.name = "
      "'test_accuracy' AND m.epoch = r.best_epoch ORDER BY replicate) m";
  const auto tests = numbers(folder.query(kTests));
  ASSERT_EQ(tests.size(), 3U);
  EXPECT_NEAR(std::stod(folder.query("SELECT value FROM metrics WHERE name = 'test_accuracy' AND "
                                     "epoch = 0 AND replicate = 0")),
              mean(tests), 1e-12);
  EXPECT_EQ(folder.query("SELECT count(*) FROM metrics WHERE name = 'test_accuracy'"), "4");
  const auto json = nlohmann::json::parse(folder.report({"--json"}).out);
  EXPECT_NEAR(json["test"]["test_accuracy"].get<double>(), mean(tests), 1e-12);
  ASSERT_EQ(json["test_replicates"].size(), 3U);
  EXPECT_EQ(json["test_replicates"][1]["test_accuracy"].get<double>(), tests[1]);
  EXPECT_THAT(folder.report({"--best"}).out, HasSubstr("mean of the replicates: "));
  const auto shown = nlohmann::json::parse(folder.call({"show", trial, "--json"}).out);
  ASSERT_EQ(shown["replicates"].size(), 3U);
  EXPECT_EQ(shown["replicates"][2]["test"].get<double>(), tests[2]);
  EXPECT_THAT(folder.call({"show", trial}).out, HasSubstr("the mean of 3 seeds"));
  EXPECT_EQ(folder.report({"--html", "r.html"}).code, 0);

  // The weights say what the best replicate says, and another trial's are trained again.
  const auto values = values_of(folder, 1);
  const auto best =
      static_cast<std::size_t>(std::max_element(values.begin(), values.end()) - values.begin());
  const auto kept = folder.call({"predict", "new.csv", "--probabilities"});
  ASSERT_EQ(kept.code, 0) << kept.err;
  const auto again = folder.call({"predict", "new.csv", "--probabilities", "--trial", trial});
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(again.out, kept.out);
  EXPECT_EQ(folder.query(fmt::format("SELECT count(*) FROM replicates JOIN best_trials "
                                     "USING(trial_id) WHERE replicate = {}",
                                     best)),
            "1");

  // Its YAML repeats the trial.
  folder.write("best.yaml", folder.report({"--best"}).out);
  const auto remade = folder.call({"run", "best.yaml", "--db", "again.db"});
  ASSERT_EQ(remade.code, 0) << remade.err;
  EXPECT_EQ(test::query(folder.path() / "again.db",
                        "SELECT printf('%!.17g', value) || replicates FROM best_trials"),
            folder.query("SELECT printf('%!.17g', value) || replicates FROM best_trials"));
}

TEST(RepeatsRun, SurvivesKills) {
  std::string yaml = folds_sweep("", "repeats: {seeds: 9, top: 4}\n", 12);
  yaml.replace(yaml.find("epochs: 5"), 9, "epochs: 40");
  const Table undisturbed(yaml);
  ASSERT_EQ(undisturbed.run().code, 0);
  const Table folder(yaml);
  const auto done = [&] {
    const std::string text = folder.query("SELECT count(*) FROM epochs");
    return text.empty() ? 0 : std::stoi(text);
  };
  for (int kill = 1; kill <= 5; ++kill) {
    test::Process process(folder.path(), {"run", "sweep.yaml", "--workers", "2"});
    EXPECT_TRUE(process.wait_until([&] { return done() >= 300 * kill; }));
    process.signal(kill % 2 == 0 ? SIGINT : SIGKILL);
    process.wait();
  }
  const auto result = folder.run({"--workers", "3"});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(outcome(folder), outcome(undisturbed));
  EXPECT_EQ(folder.query("SELECT count(*) FROM replicates WHERE state <> 'complete'"), "0");
  EXPECT_EQ(folder.query("SELECT count(*) FROM metrics WHERE name = 'test_loss'"), "10");
}

TEST(RepeatsRun, CanBeAddedAndTheSweepExtended) {
  const Table at_once(folds_sweep("", "repeats: {seeds: 4, top: 3}\n", 7));
  ASSERT_EQ(at_once.run().code, 0);
  const Table folder(folds_sweep("", "", 4));
  ASSERT_EQ(folder.run().code, 0);
  folder.write("sweep.yaml", folds_sweep("", kRepeats, 4));
  ASSERT_EQ(folder.run().code, 0);
  EXPECT_EQ(folder.query("SELECT count(*) FROM trials WHERE best_epoch IS NULL"), "2");
  const auto again = folder.run();
  EXPECT_EQ(again.code, 0);
  EXPECT_THAT(again.err, HasSubstr("already complete"));
  folder.write("sweep.yaml", folds_sweep("", "repeats: {seeds: 4, top: 3}\n", 7));
  const auto result = folder.run({"--workers", "2"});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(folder.query("SELECT count(*) FROM trials WHERE best_epoch IS NULL"), "3");
  EXPECT_EQ(folder.digest(), at_once.digest());
  // And taken back.
  folder.write("sweep.yaml", folds_sweep("", "", 7));
  ASSERT_EQ(folder.run().code, 0);
  const Table without(folds_sweep("", "", 7));
  ASSERT_EQ(without.run().code, 0);
  EXPECT_EQ(folder.digest(), without.digest());
}

TEST(RepeatsRun, ReplacesAFixedSeedAndComparesInPairs) {
  std::string yaml = folds_sweep("", kRepeats, 4);
  yaml.replace(yaml.find("training: {"), 11, "training: {seed: 5, ");
  const Table folder(yaml);
  ASSERT_EQ(folder.run().code, 0);
  EXPECT_EQ(folder.query("SELECT count(DISTINCT seed) FROM replicates"), "3");
  const auto json = nlohmann::json::parse(folder.report({"--json"}).out);
  EXPECT_TRUE(json["duel"]["paired"].get<bool>());
  const auto first = values_of(folder, 1);
  const auto second = values_of(folder, 2);
  std::vector<double> differences;
  for (std::size_t i = 0; i < first.size(); ++i) {
    differences.push_back(first[i] - second.at(i));
  }
  if (variance(differences) > 0.0) {
    EXPECT_NEAR(json["duel"]["probability"].get<double>(),
                student(mean(differences) / std::sqrt(variance(differences) / 3.0), 2.0), 1e-6);
  }
}

TEST(RepeatsRun, IsPlannedByCheck) {
  const Table folder(folds_sweep("", kRepeats, 5));
  EXPECT_THAT(
      folder.call({"check", "sweep.yaml"}).out,
      HasSubstr("repeats: the best 2 trials with 3 seeds each: 4 more trainings, at most 20 "
                "epochs"));
  folder.write("sweep.yaml", folds_sweep("", "repeats: {}\n", 5));
  const std::string resolved = folder.call({"check", "sweep.yaml", "--resolved"}).out;
  EXPECT_THAT(resolved, HasSubstr("seeds: 3"));
  EXPECT_THAT(resolved, HasSubstr("top: 3"));
}

TEST(RepeatsRun, RefusesWhatDoesNotGoTogether) {
  const auto refused = [](const std::string& dataset, const std::string& more) {
    const Table folder(folds_sweep(dataset, more));
    const auto result = folder.run();
    EXPECT_EQ(result.code, 2);
    return result.err;
  };
  EXPECT_THAT(refused(", folds: 3", kRepeats),
              HasSubstr("trains every trial several times already"));
  EXPECT_THAT(refused("", std::string(kRepeats) + "ensemble: {trials: 2}\n"),
              HasSubstr("leave one of them out"));
  EXPECT_THAT(refused("", "repeats: {seeds: 1}\n"), HasSubstr("seeds"));
  EXPECT_THAT(refused("", "repeats: {seed: 4}\n"), HasSubstr("did you mean 'seeds'"));
}

// A shell script as the trial: its values follow from its trial and replicate.
class Programs : public RunFolder {
 public:
  explicit Programs(const std::string& script)
      : RunFolder(
            "name: s\nprogram: p.sh\ncommand: [sh, \"${program}\"]\nmetric: {name: loss}\n"
            "parameters: {x: {values: [0, 1, 2, 3]}}\nmethod: grid\n"
            "repeats: {seeds: 3, top: 2}\n") {
    write("p.sh", script);
  }
};

TEST(RepeatsRun, RunsAProgramOnceForEachSeed) {
  const Programs folder(
      "echo \"$HPSEARCH_TRIAL $HPSEARCH_REPLICATE $HPSEARCH_SEED\" >> log\n"
      "if [ $HPSEARCH_TRIAL = 0 ]; then v=$((1 + 9 * HPSEARCH_REPLICATE)); else v=$((4 + "
      "HPSEARCH_TRIAL)); fi\necho \"{\\\"loss\\\": $v}\"\n");
  const auto result = folder.run({"--workers", "2"});
  ASSERT_EQ(result.code, 0) << result.err;
  std::istringstream log(folder.read("log"));
  std::set<std::string> lines;
  std::set<std::string> seeds;
  for (std::string trial, replicate, seed; log >> trial >> replicate >> seed;) {
    EXPECT_TRUE(lines.insert(trial + "." + replicate).second);
    seeds.insert(seed);
  }
  EXPECT_EQ(lines, (std::set<std::string>{"0.0", "1.0", "2.0", "3.0", "0.1", "0.2", "1.1", "1.2"}));
  EXPECT_EQ(seeds.size(), 8U);
  // Trial 0 was lucky: 1, 10 and 19. Trial 1 has 5 each time and wins.
  EXPECT_EQ(
      folder.query("SELECT group_concat(trial || ':' || value || ':' || replicates, ' ') FROM "
                   "(SELECT * FROM leaderboard ORDER BY rank)"),
      "1:5.0:3 0:10.0:3 2:6.0:1 3:7.0:1");
}

TEST(RepeatsRun, LetsNoTrialWinOfWhichATrainingFails) {
  const Programs folder(
      "[ $HPSEARCH_TRIAL.$HPSEARCH_REPLICATE = 0.1 ] && exit 3\n"
      "echo \"{\\\"loss\\\": $((4 + HPSEARCH_TRIAL))}\"\n");
  const auto result = folder.run({"--workers", "3"});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(
      folder.query("SELECT state || ' ' || substr(reason, 1, 24) FROM trials WHERE number = 0"),
      "failed replicate 1: exit code 3");
  EXPECT_EQ(folder.query("SELECT group_concat(trial, ' ') FROM (SELECT * FROM leaderboard ORDER BY "
                         "rank)"),
            "1 2 3");
  EXPECT_THAT(result.err, HasSubstr("trial 0 is out of the running"));
  // Once the program is mended, more seeds bring it back.
  folder.write("p.sh", "echo \"{\\\"loss\\\": $((4 + HPSEARCH_TRIAL))}\"\n");
  ASSERT_EQ(folder.run({"--set", "repeats.seeds=4"}).code, 0);
  EXPECT_EQ(folder.query("SELECT trial || ' ' || replicates FROM best_trials"), "0 4");
}

}  // namespace
}  // namespace hpsearch::runner

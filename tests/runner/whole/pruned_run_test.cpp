// `early_terminate` with the real trainer, by the program itself.
#include <csignal>
#include <limits>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runner/run_support.h"
#include "tests/support/hyperband_simulation.h"

namespace hpsearch::runner {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kTrials = 25;

// By a metric that is a column of its epochs, or one that has rows of its own.
std::string pruned_sweep(const std::string& metric) {
  return fmt::format(
      "name: pruned\n"
      "seed: 4\n"
      "run_cap: {}\n"
      "metric: {{name: {}}}\n"
      "dataset: {{source: digits}}\n"
      "model: {{hidden: [16]}}\n"
      "training: {{epochs: 10, batch_size: 32}}\n"
      "parameters:\n"
      "  learning_rate: {{min: 1e-4, max: 0.5, scale: log}}\n"
      "early_terminate: {{type: hyperband, min_iter: 2, eta: 2}}\n",
      kTrials, metric);
}

// The epochs after which plain loops stop the trials of this database, as "4 0 0 2 ...".
std::string simulated(const RunFolder& folder, const std::string& metric) {
  std::vector<test::SimulatedTrial> trials;
  for (int number = 0; number < kTrials; ++number) {
    test::SimulatedTrial trial;
    trial.epochs = 10;
    const std::string rows =
        metric == "val_loss"
            ? fmt::format("SELECT epoch, val_loss AS value FROM learning_curves WHERE trial = {}",
                          number)
            : fmt::format(
                  "SELECT m.epoch, m.value FROM metrics m JOIN trials USING (trial_id) WHERE "
                  "number = {} AND name = '{}'",
                  number, metric);
    std::istringstream values(folder.query(
        "SELECT group_concat(printf('%!.17g', value), ' ') FROM (" + rows + " ORDER BY epoch)"));
    for (double value = 0.0; values >> value;) {
      trial.values.push_back(value);
    }
    // What was not trained must not be asked for.
    trial.values.resize(10, std::numeric_limits<double>::quiet_NaN());
    trials.push_back(trial);
  }
  std::string text;
  for (const int epoch :
       test::simulate_hyperband(trials, {{2, 4, 8}, 2.0, true, metric != "val_loss"})) {
    text += fmt::format("{}{}", text.empty() ? "" : " ", epoch);
  }
  return text;
}

constexpr char kStopped[] =
    "SELECT group_concat(CASE state WHEN 'pruned' THEN epochs_done ELSE 0 END, ' ') FROM (SELECT * "
    "FROM trials ORDER BY number)";

TEST(PrunedRun, GivesTheSameDigestWithAnyWorkersAndAfterKills) {
  for (const std::string metric : {"val_loss", "val_f1"}) {
    const std::string yaml = pruned_sweep(metric);
    const RunFolder one(yaml);
    EXPECT_EQ(one.run({"--workers", "1"}).code, 0);
    EXPECT_GT(std::stoi(one.query("SELECT pruned FROM sweep_summary")), 0);
    EXPECT_EQ(one.query(kStopped), simulated(one, metric));
    const RunFolder three(yaml);
    EXPECT_EQ(three.run({"--workers", "3"}).code, 0);
    EXPECT_EQ(three.digest(), one.digest());

    const RunFolder killed(yaml);
    for (int kill = 1; kill <= 2; ++kill) {
      const auto epochs = [&] {
        const std::string count = killed.query("SELECT count(*) FROM epochs");
        return count.empty() ? 0 : std::stoi(count);
      };
      test::Process process(killed.path(), {"run", "sweep.yaml", "--workers", "3"});
      EXPECT_TRUE(process.wait_until([&] { return epochs() >= 30 * kill; }));
      process.signal(SIGKILL);
      process.wait();
    }
    EXPECT_EQ(killed.run({"--workers", "2"}).code, 0);
    EXPECT_EQ(killed.digest(), one.digest());
    EXPECT_EQ(killed.query(kStopped), one.query(kStopped));
    // Each pruned trial has one event, whatever the kills.
    EXPECT_EQ(killed.query("SELECT count(*) FROM events WHERE kind = 'pruned'"),
              one.query("SELECT pruned FROM sweep_summary"));
  }
}

TEST(PrunedRun, IsShownByEveryVerb) {
  const RunFolder folder(pruned_sweep("val_accuracy"));
  const auto verb = [&](const std::vector<std::string>& arguments) {
    return test::run_hpsearch(folder.path(), arguments).out;
  };
  EXPECT_THAT(
      verb({"check", "sweep.yaml"}),
      HasSubstr("\nearly_terminate: hyperband after 2, 4, 8 epochs, where a trial goes on if "
                "its value is among about the best 50 %; saves about 57 % of the epochs\n"));
  EXPECT_THAT(verb({"check", "sweep.yaml"}), HasSubstr(", less what early_terminate saves"));
  EXPECT_THAT(verb({"run", "sweep.yaml", "--dry-run", "--json"}), HasSubstr("\"bands\":[2,4,8]"));
  const std::string resolved = verb({"check", "sweep.yaml", "--resolved"});
  EXPECT_THAT(resolved, HasSubstr("strict: true"));

  EXPECT_EQ(folder.run().code, 0);
  const std::string pruned = folder.query("SELECT pruned FROM sweep_summary");
  const std::string saved =
      folder.query("SELECT sum(epochs - epochs_done) FROM trials WHERE state = 'pruned'");
  EXPECT_THAT(folder.report().out, HasSubstr(" complete, " + pruned + " pruned\n"));
  EXPECT_THAT(folder.report().out, HasSubstr("; pruning saved " + saved + " more ("));
  EXPECT_THAT(folder.report({"--json"}).out, HasSubstr("\"saved_epochs\":" + saved));
  const std::string number = folder.query("SELECT min(number) FROM trials WHERE state = 'pruned'");
  const std::string reason = folder.query("SELECT reason FROM trials WHERE number = " + number);
  EXPECT_THAT(reason, testing::MatchesRegex("iteration [248]: 0\\.[0-9]+ is worse than "
                                            "0\\.[0-9]+, the threshold of [0-9]+ trials"));
  const std::string shown = verb({"show", number});
  EXPECT_THAT(shown, HasSubstr(": pruned, " + reason + "\n"));
  EXPECT_THAT(shown, HasSubstr(": pruned after epoch "));
  EXPECT_THAT(verb({"list"}), HasSubstr("25/25"));
  EXPECT_THAT(verb({"report", "--best"}), Not(HasSubstr("early_terminate")));
  EXPECT_THAT(test::run_hpsearch(folder.path(), {"retry", number}).err,
              HasSubstr("is pruned; only failed trials can be retried"));

  // It is part of what the sweep is.
  const auto changed = folder.run({"--set", "early_terminate.eta=3"});
  EXPECT_EQ(changed.code, 2);
  EXPECT_THAT(changed.err, HasSubstr("early_terminate.eta"));
}

}  // namespace
}  // namespace hpsearch::runner

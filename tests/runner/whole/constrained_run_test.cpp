// Constraints on results, by the program itself.
#include <algorithm>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runner/run_support.h"

namespace hpsearch::runner {
namespace {

using ::testing::HasSubstr;

constexpr int kTrials = 20;
constexpr int kMost = 2000;  // parameters

std::string constrained(const std::string& constraints, const std::string& more = "") {
  return fmt::format(
      "name: small_ones\n"
      "seed: 2\n"
      "run_cap: {}\n"
      "dataset: {{source: digits}}\n"
      "model: {{hidden_layers: 1}}\n"
      "training: {{epochs: 3, batch_size: 64}}\n"
      "parameters:\n"
      "  hidden_units: {{min: 4, max: 128, scale: log}}\n"
      "  learning_rate: {{min: 1e-3, max: 0.3, scale: log}}\n"
      "constraints: {}\n{}",
      kTrials, constraints, more);
}

struct Row {
  int trial = 0;
  double value = 0.0;
  int hidden = 0;
  double violation = 0.0;
  double stored = -1.0;

  // 64 inputs, 10 classes, weights and biases.
  double parameters() const { return 64.0 * hidden + hidden + 10.0 * hidden + 10.0; }
};

std::vector<Row> rows(const RunFolder& folder) {
  std::istringstream text(folder.query(
      "SELECT group_concat(t.number || ' ' || printf('%!.17g', t.value) || ' ' || p.value || ' ' "
      "|| "
      "printf('%!.17g', t.violation) || ' ' || COALESCE((SELECT value FROM results r WHERE "
      "r.trial_id = t.trial_id AND r.name = 'parameters'), -1), ' ') FROM trials t JOIN params p "
      "USING(trial_id) WHERE p.name = 'hidden_units' AND t.state = 'complete'"));
  std::vector<Row> all;
  for (Row row; text >> row.trial >> row.value >> row.hidden >> row.violation >> row.stored;) {
    all.push_back(row);
  }
  return all;
}

TEST(ConstrainedRun, RanksTrialsThatViolateThemLast) {
  const RunFolder folder(constrained(fmt::format("[parameters < {}]", kMost)));
  const auto run = folder.run();
  ASSERT_EQ(run.code, 0) << run.err;
  std::vector<Row> all = rows(folder);
  ASSERT_EQ(all.size(), std::size_t{kTrials});
  int violating = 0;
  for (const Row& row : all) {
    const double far = (row.parameters() - kMost) / (row.parameters() + kMost);
    EXPECT_EQ(row.stored, row.parameters());
    EXPECT_DOUBLE_EQ(row.violation, std::max(far, 0.0));
    violating += far >= 0.0 ? 1 : 0;
  }
  ASSERT_GT(violating, 2);
  ASSERT_LT(violating, kTrials - 2);
  std::sort(all.begin(), all.end(), [](const Row& a, const Row& b) {
    const auto far = [](const Row& row) { return std::max(0.0, row.parameters() - kMost); };
    return std::tuple(far(a), -a.value, a.trial) < std::tuple(far(b), -b.value, b.trial);
  });
  std::string order;
  for (const Row& row : all) {
    order += fmt::format("{},", row.trial);
  }
  EXPECT_EQ(folder.query("SELECT group_concat(trial, ',') || ',' FROM (SELECT trial FROM "
                         "leaderboard ORDER BY rank)"),
            order);
  EXPECT_EQ(folder.query("SELECT trial FROM best_trials"), std::to_string(all.front().trial));
  EXPECT_THAT(run.out, HasSubstr(fmt::format("best: trial {},", all.front().trial)));
  EXPECT_THAT(run.out, HasSubstr(fmt::format("constraints: {} of {} complete trials violate them "
                                             "and rank last",
                                             violating, kTrials)));
  const auto show = test::run_hpsearch(folder.path(), {"show", std::to_string(all.back().trial)});
  EXPECT_THAT(show.out, HasSubstr(fmt::format("violates parameters < {}; parameters", kMost)));
  const auto json = folder.report({"--json", "--top", "20"});
  const double worst = std::max_element(all.begin(), all.end(), [](const Row& a, const Row& b) {
                         return a.violation < b.violation;
                       })->violation;
  EXPECT_THAT(json.out, HasSubstr(fmt::format("\"violation\":{}", worst)));
  EXPECT_THAT(folder.report({"--top", "20"}).out, HasSubstr("violated"));
}

// What was learnt must not depend on workers, nor on how often the run was cut short.
class ConstrainedMethods : public testing::TestWithParam<const char*> {};

TEST_P(ConstrainedMethods, GiveTheSameDigestHoweverTheyRun) {
  const std::string yaml =
      constrained(fmt::format("[parameters < {}, val_accuracy >= 0.5, val_loss < 5]", kMost),
                  fmt::format("method: {}\n{}", GetParam(),
                              std::string(GetParam()) == "cmaes" ? "" : "search: {startup: 4}\n"));
  const RunFolder whole(yaml);
  ASSERT_EQ(whole.run({"--workers", "1"}).code, 0);
  const RunFolder parallel(yaml);
  ASSERT_EQ(parallel.run({"--workers", "3"}).code, 0);
  EXPECT_EQ(parallel.digest(), whole.digest());
  const RunFolder pieces(yaml);
  for (int i = 0; i < 7; ++i) {
    pieces.run({"--workers", "2", "--trials", "3"});
  }
  EXPECT_EQ(pieces.digest(), whole.digest());
  EXPECT_EQ(pieces.query("SELECT state FROM sweeps"), "complete");
  const char* verdicts =
      "SELECT group_concat(number || ':' || printf('%!.17g', violation)) FROM (SELECT number, "
      "violation FROM trials ORDER BY number)";
  EXPECT_EQ(pieces.query(verdicts), whole.query(verdicts));
}

INSTANTIATE_TEST_SUITE_P(Methods,
                         ConstrainedMethods,
                         testing::Values("gp", "tpe", "cmaes", "bayes"));

TEST(ConstrainedRun, JudgesTheMeansOfFolds) {
  std::string yaml = constrained("[val_f1 >= 0.6, seconds < 1000]");
  yaml.replace(yaml.find("{source: digits}"), 16, "{source: digits, folds: 3}");
  const RunFolder folds(yaml);
  ASSERT_EQ(folds.run({"--workers", "2"}).code, 0);
  EXPECT_EQ(folds.query("SELECT COUNT(*) FROM trials t WHERE t.state = 'complete' AND ABS((SELECT "
                        "value FROM results r WHERE r.trial_id = t.trial_id AND r.name = 'val_f1') "
                        "- (SELECT AVG(m.value) FROM replicates e JOIN metrics m ON m.trial_id = "
                        "e.trial_id AND m.replicate = e.replicate AND m.epoch = e.best_epoch AND "
                        "m.name = 'val_f1' WHERE e.trial_id = t.trial_id)) < 1e-12"),
            std::to_string(kTrials));
  EXPECT_EQ(folds.query("SELECT COUNT(*) FROM trials t WHERE ABS(t.seconds - (SELECT value FROM "
                        "results r WHERE r.trial_id = t.trial_id AND r.name = 'seconds')) < 1e-9"),
            std::to_string(kTrials));
}

TEST(ConstrainedRun, SaysThatSecondsAreNotReproducible) {
  const RunFolder folder(constrained("[seconds < 10]"));
  const auto check = test::run_hpsearch(folder.path(), {"check", "sweep.yaml"});
  EXPECT_THAT(check.out, HasSubstr("constraint on results: seconds < 10\n"));
  EXPECT_THAT(check.out, HasSubstr("seconds: depend on the machine"));
  ASSERT_EQ(folder.run().code, 0);
  EXPECT_THAT(folder.report().out, HasSubstr("a constraint asks for seconds"));
}

TEST(ConstrainedRun, DoesNotEndAtATargetThatOnlyAViolatingTrialReaches) {
  const RunFolder folder(constrained("[parameters < 10]", "stop: {target: 0.1}\n"));
  const auto run = folder.run();
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(folder.query("SELECT COUNT(*) FROM trials"), std::to_string(kTrials));
  EXPECT_THAT(run.out, HasSubstr("no complete trial satisfies all of them"));
  const RunFolder other(constrained("[parameters < 1e9]", "stop: {target: 0.1}\n"));
  ASSERT_EQ(other.run().code, 0);
  EXPECT_NE(other.query("SELECT COUNT(*) FROM trials"), std::to_string(kTrials));
}

TEST(ConstrainedRun, TakesWhatAProgramReports) {
  const RunFolder folder(
      "name: program\n"
      "seed: 1\n"
      "run_cap: 6\n"
      "metric: {name: loss, goal: minimize}\n"
      "command: [sh, train.sh]\n"
      "parameters: {x: {values: [1, 2, 3, 4, 5, 6]}}\n"
      "method: grid\n"
      "constraints: [memory_mb <= 30]\n");
  folder.write(
      "train.sh",
      R"(echo "{\"memory_mb\": $((60 / HPSEARCH_PARAM_X))}"; echo "{\"loss\": $((10 * HPSEARCH_PARAM_X))}")");
  const auto run = folder.run();
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(folder.query("SELECT group_concat(trial || ':' || (violation > 0)) FROM (SELECT * FROM "
                         "leaderboard ORDER BY rank)"),
            "1:0,2:0,3:0,4:0,5:0,0:1");
}

// Some of its trials report nothing that the constraint asks for.
TEST(ConstrainedRun, KeepsWhatWasNotMeasuredAsAViolationAfterAResume) {
  const std::string yaml =
      "name: program\nseed: 1\nrun_cap: 24\nmethod: tpe\nsearch: {startup: 4}\n"
      "parallel: {workers: 2}\nmetric: {name: loss, goal: minimize}\ncommand: [sh, train.sh]\n"
      "parameters: {x: {min: 0.0, max: 1.0}}\nconstraints: [memory_mb <= 30]\n";
  const char* script =
      R"(case $HPSEARCH_PARAM_X in 0.[0-4]*) echo "{\"memory_mb\": 10}";; esac
echo "{\"loss\": $HPSEARCH_PARAM_X}")";
  const char* verdicts =
      "SELECT group_concat(number || ':' || params_json || violation) FROM (SELECT * FROM trials "
      "ORDER BY number)";
  const RunFolder whole(yaml);
  whole.write("train.sh", script);
  ASSERT_EQ(whole.run({"--workers", "2"}).code, 0);
  EXPECT_NE(whole.query("SELECT COUNT(*) FROM trials WHERE violation = 1"), "0");
  const RunFolder pieces(yaml);
  pieces.write("train.sh", script);
  for (int i = 0; i < 5; ++i) {
    pieces.run({"--workers", "2", "--trials", "5"});
  }
  EXPECT_EQ(pieces.query(verdicts), whole.query(verdicts));
}

// A network that is too large must not keep a small one from going on.
TEST(ConstrainedRun, PromotesTrialsThatCanWin) {
  const std::string yaml = constrained(fmt::format("[parameters < {}, val_accuracy >= 0.2]", kMost),
                                       "early_terminate: {type: asha, mode: promote}\n");
  const RunFolder folder(std::string(yaml).replace(yaml.find("epochs: 3"), 9, "epochs: 9"));
  ASSERT_EQ(folder.run({"--workers", "1"}).code, 0);
  EXPECT_EQ(folder.query("SELECT COUNT(*) FROM trials WHERE origin = 'promoted' AND violation > 0"),
            "0");
  EXPECT_NE(folder.query("SELECT COUNT(*) FROM leaderboard"), "0");
  EXPECT_EQ(folder.query("SELECT violation FROM best_trials"), "0.0");
  EXPECT_EQ(
      folder.query("SELECT COUNT(*) FROM results r JOIN trials t USING(trial_id) WHERE r.name = "
                   "'val_accuracy' AND t.state = 'pruned'"),
      "0")
      << "the metric of an unfinished training is no verdict";
  const RunFolder parallel(std::string(yaml).replace(yaml.find("epochs: 3"), 9, "epochs: 9"));
  ASSERT_EQ(parallel.run({"--workers", "3"}).code, 0);
  EXPECT_EQ(parallel.digest(), folder.digest());
}

TEST(ConstrainedRun, StartsFromNoTrialThatViolatedConstraintsThere) {
  const RunFolder folder(constrained(fmt::format("[parameters < {}]", kMost)));
  ASSERT_EQ(folder.run().code, 0);
  const std::string violating = folder.query("SELECT COUNT(*) FROM trials WHERE violation > 0");
  std::string next = constrained(fmt::format("[parameters < {}]", kMost),
                                 "method: gp\nsearch: {warm_start: hpsearch.db:small_ones}\n");
  next.replace(next.find("small_ones"), 10, "next");
  folder.write("sweep.yaml", next);
  const auto run = folder.run();
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr(violating + " violating constraints on results there"));
}

}  // namespace
}  // namespace hpsearch::runner

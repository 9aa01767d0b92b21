// Shards of a sweep, trained apart and merged: the same as one run, bit for bit.
#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runner/whole/folds_sweeps.h"
#include "tests/runner/whole/shards.h"

namespace hpsearch::runner {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string of_method(const std::string& method) {
  return small_sweep(10, fmt::format("method: {}\n", method));
}

// A finite space, in which the sampler must not try a point twice, and a person's first trials.
std::string finite_sweep() {
  return "name: finite\n"
         "seed: 4\n"
         "run_cap: 11\n"
         "dataset: {source: xor}\n"
         "training: {epochs: 2, batch_size: 4}\n"
         "parameters:\n"
         "  learning_rate: {values: [0.01, 0.1, 0.5]}\n"
         "  hidden: {values: [[4], [6], [8], [10]]}\n"
         "enqueue: [{learning_rate: 0.1, hidden: [6]}, {hidden: [8]}]\n";
}

void expect_equal_to_one_run(const Shards& shards, const RunFolder& alone) {
  ASSERT_EQ(alone.run().code, 0);
  shards.train_all();
  const auto merged = shards.merge();
  ASSERT_EQ(merged.code, 0) << merged.err;
  const auto ended = shards.end();
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(shards.digest(), alone.digest());
  EXPECT_EQ(findings(shards.path() / "all.db"), findings(alone.path() / "hpsearch.db"));
  EXPECT_EQ(shards.query("SELECT max(attempt) FROM trials"), "1");  // nothing was trained twice
}

class ShardsOf : public testing::TestWithParam<const char*> {};

TEST_P(ShardsOf, AMethodGiveTheSweepOfOneRun) {
  expect_equal_to_one_run(Shards(of_method(GetParam()), 4), RunFolder(of_method(GetParam())));
}

INSTANTIATE_TEST_SUITE_P(Methods, ShardsOf, testing::Values("random", "sobol", "grid"));

TEST(Shards, OfAFiniteSpaceWithEnqueuedTrialsGiveTheSweepOfOneRun) {
  expect_equal_to_one_run(Shards(finite_sweep(), 3), RunFolder(finite_sweep()));
}

TEST(Shards, OfFoldsWithAnEnsembleGiveTheSweepOfOneRun) {
  const std::string yaml = folds_sweep(", folds: 3", "ensemble: {folds: 3}\n", 5);
  const Shards shards(yaml, 2);
  const Table alone(yaml);
  shards.write("table.csv", made_table(260, 1));
  expect_equal_to_one_run(shards, alone);
  EXPECT_EQ(shards.query("SELECT kind FROM ensembles"), "folds");
}

TEST(Shards, LeaveRepeatsToTheRunThatEndsTheSweep) {
  const std::string yaml = small_sweep(5, "repeats: {seeds: 2, top: 2}\n");
  const Shards shards(yaml, 2);
  expect_equal_to_one_run(shards, RunFolder(yaml));
  EXPECT_EQ(shards.query("SELECT count(*) FROM replicates WHERE replicate > 0", "shard-0.db"), "0");
  // Merging the shards once more finds nothing new in them, although means have replaced values.
  const std::string before = findings(shards.path() / "all.db");
  EXPECT_EQ(shards.merge().code, 0);
  EXPECT_EQ(findings(shards.path() / "all.db"), before);
}

TEST(Shards, SayThatTheyAreParts) {
  const Shards shards(small_sweep(), 4);
  const auto run = shards.train(1);
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("shard 1/4 is trained; once all 4 are: hpsearch merge ALL.db"));
  EXPECT_THAT(run.out, AllOf(HasSubstr("2 of 2 complete; shard 1/4 of the sweep"),
                             HasSubstr("once all shards are merged")));
  const auto list = shards.hpsearch({"list", "--db", "shard-1.db"});
  EXPECT_THAT(list.out, AllOf(HasSubstr("shard 1/4"), HasSubstr("2/2")));
  const auto json = shards.hpsearch({"list", "--json", "--db", "shard-1.db"});
  EXPECT_THAT(json.out, HasSubstr(R"("shard":{"index":1,"count":4})"));
  EXPECT_EQ(shards.query("SELECT group_concat(number) FROM trials", "shard-1.db"), "1,5");
  EXPECT_EQ(shards.query("SELECT state || stop_reason FROM sweeps", "shard-1.db"),
            "interruptedrun_cap");
  EXPECT_EQ(shards.query("SELECT detail_json FROM events WHERE kind = 'sharded'", "shard-1.db"),
            R"({"shard":1,"shards":4})");
  const auto show = shards.hpsearch({"show", "--db", "shard-1.db"});
  EXPECT_THAT(show.out, HasSubstr("this database has shard 1/4 of the sweep"));
}

TEST(Shards, GoOnAfterAKill) {
  const std::string yaml = long_sweep();
  const Shards shards(yaml, 40);
  const std::string epochs = "SELECT count(*) FROM epochs";
  test::Process process(shards.path(), shards.arguments(7));
  ASSERT_TRUE(process.wait_until([&] {
    const std::string text = shards.query(epochs, "shard-7.db");
    return !text.empty() && std::stoi(text) >= 20;
  }));
  process.signal(SIGKILL);
  process.wait();
  EXPECT_THAT(shards.hpsearch({"list", "--db", "shard-7.db"}).out,
              HasSubstr("shard 7/40, interrupted"));
  EXPECT_EQ(shards.train(7).code, 0);
  EXPECT_EQ(shards.query("SELECT group_concat(number) FROM (SELECT * FROM trials WHERE state = "
                         "'complete' ORDER BY number)",
                         "shard-7.db"),
            "7,47,87,127,167,207,247,287,327,367");
  const auto again = shards.train(7);  // nothing is left
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(shards.query("SELECT max(attempt) FROM trials WHERE number > 127", "shard-7.db"), "1");
}

TEST(Shards, OfFewTrialsMayBeEmpty) {
  const Shards shards(small_sweep(2), 3);
  shards.train_all();
  EXPECT_EQ(shards.query("SELECT count(*) FROM trials", "shard-2.db"), "0");
  EXPECT_EQ(shards.merge().code, 0);
  EXPECT_EQ(shards.end().code, 0);
  EXPECT_EQ(shards.query("SELECT state FROM sweeps"), "complete");
}

TEST(Shards, AreNotMixedUp) {
  const Shards shards(small_sweep(), 3);
  ASSERT_EQ(shards.train(0).code, 0);
  const auto other = shards.hpsearch({"run", "sweep.yaml", "--shard", "1/3", "--db", "shard-0.db"});
  EXPECT_EQ(other.code, 2);
  EXPECT_THAT(other.err, AllOf(HasSubstr("shard-0.db has shard 0/3 of sweep 'small'"),
                               HasSubstr("go on with --shard 0/3")));
  const auto whole = shards.hpsearch({"run", "sweep.yaml", "--db", "shard-0.db"});
  EXPECT_EQ(whole.code, 2);
  EXPECT_THAT(whole.err, HasSubstr("hpsearch merge ALL.db shard-0.db"));
  const auto queue = shards.hpsearch({"enqueue", "dropout=0.1", "--db", "shard-0.db"});
  EXPECT_EQ(queue.code, 2);
  EXPECT_THAT(queue.err, HasSubstr("has shard 0/3"));
  ASSERT_EQ(shards.run().code, 0);  // the whole sweep in hpsearch.db
  const auto part = shards.run({"--shard", "0/3"});
  EXPECT_EQ(part.code, 2);
  EXPECT_THAT(part.err, HasSubstr("as a whole, not shard 0/3"));
}

TEST(Shards, AreRefusedWhereTrialsDependOnResults) {
  for (const char* more :
       {"method: tpe\n", "method: coarse_to_fine\n", "early_terminate: {type: median}\n",
        "stop: {no_improvement: 3}\n", "stop: {time: 10m}\n"}) {
    const Shards shards(small_sweep(6, more), 2);
    for (const bool dry : {false, true}) {
      auto arguments = shards.arguments(0);
      if (dry) {
        arguments.emplace_back("--dry-run");
      }
      const auto result = shards.hpsearch(arguments);
      EXPECT_EQ(result.code, 2) << more;
      EXPECT_THAT(result.err, AllOf(HasSubstr("cannot be split into shards"), HasSubstr("--join")));
    }
    EXPECT_FALSE(std::filesystem::exists(shards.path() / "shard-0.db"));
  }
}

TEST(Shards, ShowTheirShareBeforeTheyTrain) {
  const Shards shards(small_sweep(10), 4);
  const auto check = shards.hpsearch({"check", "sweep.yaml", "--shard", "1/4"});
  EXPECT_THAT(check.out, HasSubstr("shard 1/4: 3 of 10 trials: 1, 5, 9"));
  auto arguments = shards.arguments(1);
  arguments.emplace_back("--dry-run");
  const auto first = shards.hpsearch(arguments);
  EXPECT_THAT(first.out, AllOf(HasSubstr("\n    1  "), HasSubstr("\n    5  "),
                               HasSubstr("\n    9  "), Not(HasSubstr("\n    0  "))));
  ASSERT_EQ(shards.train(1).code, 0);
  const auto left = shards.hpsearch(arguments);
  EXPECT_THAT(left.err, HasSubstr("3 of its 3 trials are done, and nothing is left"));
}

TEST(Shards, BoundByACallGoOnWithTheNext) {
  const Shards shards(small_sweep(8), 2);
  auto arguments = shards.arguments(0);
  arguments.insert(arguments.end(), {"--trials", "1"});
  const auto first = shards.hpsearch(arguments);
  EXPECT_EQ(first.code, 0) << first.err;
  EXPECT_EQ(shards.query("SELECT stop_reason FROM sweeps", "shard-0.db"), "trials");
  EXPECT_EQ(shards.train(0).code, 0);
  EXPECT_EQ(shards.query("SELECT group_concat(number) FROM trials", "shard-0.db"), "0,2,4,6");
}

}  // namespace
}  // namespace hpsearch::runner

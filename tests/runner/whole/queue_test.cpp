// Trials that a person asks for: enqueue and retry.

#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runner/run_support.h"

namespace hpsearch::runner {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;

test::ProcessResult call(const RunFolder& folder, const std::vector<std::string>& arguments) {
  return test::run_hpsearch(folder.path(), arguments);
}

// A run of `done` trials whose file then allows `cap`.
class Queue : public RunFolder {
 public:
  Queue(int done, int cap) : RunFolder(small_sweep(done)) {
    EXPECT_EQ(run().code, 0);
    write("sweep.yaml", small_sweep(cap));
  }
};

TEST(Enqueue, AddsATrialThatTheNextRunTrains) {
  const Queue folder(3, 5);
  const auto result = call(folder, {"enqueue", "learning_rate=0.05", "dropout=1e-1", "l2=0.001"});
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.out, "trial 3: dropout 0.1, l2 0.001, learning_rate 0.05\n");
  EXPECT_EQ(
      result.err,
      "queued for sweep 'small'; run_cap is 3; to train it, write run_cap: 4 in the sweep file "
      "and run it again\n");
  EXPECT_EQ(folder.query("SELECT state || origin || attempt FROM trials WHERE number = 3"),
            "queuedenqueued0");
  const std::string before = folder.digest();
  EXPECT_EQ(folder.run().code, 0);
  EXPECT_EQ(folder.query("SELECT state || origin || attempt FROM trials WHERE number = 3"),
            "completeenqueued1");
  EXPECT_EQ(
      folder.query("SELECT learning_rate || ' ' || dropout FROM trials_small WHERE trial = 3"),
      "0.05 0.1");
  EXPECT_EQ(folder.query("SELECT group_concat(epoch) FROM learning_curves WHERE trial = 3"),
            "1,2,3,4");
  // ln(0.05 / 0.001) / ln(0.3 / 0.001)
  EXPECT_THAT(folder.query("SELECT unit FROM params JOIN trials USING(trial_id) WHERE number = 3 "
                           "AND name = 'learning_rate'"),
              StartsWith("0.68586"));
  EXPECT_EQ(folder.query("SELECT count(*) FROM trials WHERE state = 'complete'"), "5");
  EXPECT_NE(folder.digest(), before);
  EXPECT_THAT(folder.report().out, HasSubstr("trials: 5 of 5 complete\n"));
  EXPECT_THAT(folder.report({"--where", "trial = 3"}).out, HasSubstr("     3  complete  "));
  EXPECT_THAT(call(folder, {"show", "3"}).out, HasSubstr("\norigin: enqueued, stage 0\n"));
}

TEST(Enqueue, LeavesTheTrialsOfTheSamplerAsTheyAre) {
  const Queue plain(3, 5);
  plain.run();
  const Queue folder(3, 6);
  call(folder, {"enqueue", "learning_rate=0.05"});
  folder.run();
  // The same suggestions in the same order; only their numbers, and with these their seeds, move
  // up.
  const std::string sql =
      "SELECT group_concat(params_json, ' ') FROM (SELECT params_json FROM trials WHERE origin = "
      "'sampler' ORDER BY number)";
  EXPECT_EQ(folder.query(sql), plain.query(sql));
  EXPECT_EQ(folder.query("SELECT value FROM trials WHERE number = 2"),
            plain.query("SELECT value FROM trials WHERE number = 2"));
}

std::string staged_sweep(int run_cap) {
  return small_sweep(run_cap,
                     "method: coarse_to_fine\n"
                     "search: {stages: [{share: 0.6, epochs: 1}, {share: 0.4, epochs: 2}]}\n");
}

TEST(Enqueue, AddsToTheLastStageThatHasBegun) {
  const RunFolder folder(staged_sweep(10));
  ASSERT_EQ(folder.run().code, 0);
  EXPECT_EQ(call(folder, {"enqueue", "learning_rate=0.05"}).code, 0);
  EXPECT_EQ(folder.query("SELECT stage || ' ' || epochs FROM trials WHERE number = 10"), "1 2");
  folder.write("sweep.yaml", staged_sweep(12));
  const auto result = folder.run();
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(folder.query("SELECT state || attempt || epochs_done FROM trials WHERE number = 10"),
            "complete12");
  EXPECT_EQ(folder.query("SELECT count(*) FROM trials WHERE state = 'complete'"), "12");
  EXPECT_THAT(call(folder, {"show", "10"}).out, HasSubstr("\nstage 1: "));
}

// An enqueued trial that has failed goes on with its second attempt.
TEST(Enqueue, CountsTheAttemptsOfATrialThatIsRetried) {
  const Queue folder(2, 3);
  call(folder, {"enqueue", "learning_rate=0.05"});
  folder.run();
  folder.query("UPDATE trials SET state = 'failed', value = NULL, score = NULL WHERE number = 2");
  EXPECT_EQ(call(folder, {"retry"}).code, 0);
  EXPECT_EQ(folder.run().code, 0);
  EXPECT_EQ(folder.query("SELECT state || origin || attempt FROM trials WHERE number = 2"),
            "completeenqueued2");
}

// Omitted parameters are sampled as random search samples them for that number.
TEST(Enqueue, DrawsWhatIsNotGiven) {
  const Queue plain(3, 4);
  plain.run();
  const Queue folder(3, 4);
  const auto result = call(folder, {"enqueue", "dropout=0.25"});
  EXPECT_THAT(
      result.out,
      MatchesRegex(
          "trial 3: dropout 0.25, l2 [^ ]+ \\(sampled\\), learning_rate [^ ]+ \\(sampled\\)\n"));
  for (const char* name : {"l2", "learning_rate"}) {
    const std::string sql = fmt::format("SELECT {} FROM trials_small WHERE trial = 3", name);
    EXPECT_EQ(folder.query(sql), plain.query(sql));
  }
  EXPECT_EQ(folder.query("SELECT seed FROM trials WHERE number = 3"),
            plain.query("SELECT seed FROM trials WHERE number = 3"));
}

TEST(Enqueue, TakesAFileOfConfigurations) {
  const Queue folder(2, 5);
  folder.write("c.csv", "learning_rate, dropout\n0.01,\n\"0.02\",0.5\n");
  const auto result = call(folder, {"enqueue", "--file", "c.csv"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(folder.query("SELECT group_concat(learning_rate) FROM trials_small WHERE trial > 1"),
            "0.01,0.02");
  EXPECT_EQ(folder.query("SELECT dropout FROM trials_small WHERE trial = 3"), "0.5");
  EXPECT_EQ(folder.run().code, 0);
  EXPECT_EQ(folder.query("SELECT count(*) FROM trials WHERE state = 'complete'"), "5");
}

TEST(Enqueue, SaysThatAValueLiesOutsideAndTakesIt) {
  const Queue folder(2, 5);
  const auto result = call(folder, {"enqueue", "learning_rate=0.9", "l2=0"});
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(
      result.err,
      StartsWith(
          "note: learning_rate 0.9 is outside its range, 0.001 to 0.3, log scale; it is trained "
          "anyway\n"
          "note: l2 0.0 is outside its range, 1e-06 to 0.01, log scale; it is trained anyway\n"));
  EXPECT_EQ(folder.run().code, 0);
  EXPECT_EQ(folder.query("SELECT learning_rate FROM trials_small WHERE trial = 2"), "0.9");
  EXPECT_EQ(folder.query("SELECT count(*) FROM params JOIN trials USING(trial_id) "
                         "WHERE number = 2 AND unit IS NULL"),
            "1")
      << "0 has no place on a log scale";
}

TEST(Enqueue, ExplainsEveryMistakeAndAddsNothing) {
  const Queue folder(2, 5);
  folder.write("a.csv", "learning_rate\n");
  folder.write("b.csv", "learning_rate,dropout\n0.1,0.2\n0.1\n");
  folder.write("c.csv", "learning_rate,x\n0.1,\n0.2,1\n");
  const std::vector<std::pair<std::vector<std::string>, std::string>> mistakes{
      {{}, "'enqueue' needs KEY=VALUE arguments or --file; see hpsearch enqueue --help"},
      {{"dropout=0", "--file", "a.csv"}, "'enqueue' takes KEY=VALUE arguments or --file, not both"},
      {{"dropout"}, "'dropout' is not KEY=VALUE; write, for example, learning_rate=0.01"},
      {{"=1"}, "'=1' is not KEY=VALUE; write, for example, learning_rate=0.01"},
      {{"leraning_rate=1"},
       "the sweep has no parameter 'leraning_rate'; did you mean 'learning_rate'?; it has: "
       "dropout, "
       "l2, learning_rate"},
      {{"epochs=3"},
       "'epochs' is fixed at 4 in this sweep; only settings listed under 'parameters' can be set"},
      {{"dropout=1.5", "l2=x", "learning_rate=010"},
       "'dropout' must be a number from 0 to 1; found 1.5\n"
       "'l2' must be a finite number; found 'x'\n"
       "'learning_rate': '010' has leading zeros; write 10, or 0o10 for octal 8"},
      {{"dropout=0.1", "dropout=0.2"}, "'dropout' is given twice"},
      {{"--file", "no.csv"}, "no.csv: cannot be read; check the name and the permissions"},
      {{"--file", "."}, ".: is a folder; name the table of configurations in it"},
      {{"--file", "a.csv"},
       "a.csv: needs a header with parameter names and one line per configuration"},
      {{"--file", "b.csv"}, "b.csv:3: has 1 cells where the header has 2"},
      {{"--file", "c.csv"},
       "c.csv:1: the sweep has no parameter 'x'; it has: dropout, l2, learning_rate"},
  };
  for (const auto& [arguments, message] : mistakes) {
    std::vector<std::string> words{"enqueue"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    const auto result = call(folder, words);
    EXPECT_EQ(result.code, 2) << message;
    EXPECT_EQ(result.err, "hpsearch: " + message + "\n");
    EXPECT_EQ(result.out, "");
  }
  EXPECT_EQ(folder.query("SELECT count(*) FROM trials"), "2");
}

TEST(Enqueue, WaitsForNoRunAndTouchesNoSweepThatWasSetAside) {
  const RunFolder folder(long_sweep());
  test::Process process(folder.path(), {"run", "sweep.yaml", "--workers", "2"});
  ASSERT_TRUE(process.wait_until([&] { return folder.query("SELECT 1 FROM epochs") == "1"; }));
  for (const char* verb : {"enqueue", "retry"}) {
    std::vector<std::string> words{verb};
    if (words.front() == "enqueue") {
      words.emplace_back("learning_rate=0.1");
    }
    const auto busy = call(folder, words);
    EXPECT_EQ(busy.code, 1);
    EXPECT_THAT(busy.err, StartsWith("hpsearch: sweep 'long' is being run by process "));
  }
  process.signal(SIGKILL);
  process.wait();
  folder.write("sweep.yaml", small_sweep(1));
  folder.run();
  folder.run({"--fresh"});
  for (const auto& words : {std::vector<std::string>{"enqueue", "dropout=0", "--sweep", "small~1"},
                            {"retry", "--sweep", "small~1"}}) {
    const auto aside = call(folder, words);
    EXPECT_EQ(aside.code, 2);
    EXPECT_EQ(aside.err,
              "hpsearch: sweep 'small~1' was set aside by run --fresh and cannot run again; choose "
              "another with --sweep\n");
  }
}

// A sweep whose trial 1 has failed after all of its epochs.
class Failed : public RunFolder {
 public:
  Failed() : RunFolder(small_sweep(4)) {
    EXPECT_EQ(run().code, 0);
    undisturbed = digest();
    query(
        "UPDATE trials SET state = 'failed', value = NULL, score = NULL, best_epoch = NULL, "
        "reason = 'out of memory' WHERE number = 1");
  }
  std::string undisturbed;
};

TEST(Retry, TrainsAFailedTrialAgainToTheSameBits) {
  const Failed folder;
  EXPECT_NE(folder.digest(), folder.undisturbed);
  const auto result = call(folder, {"retry", "--db", "hpsearch.db"});
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.out, "queued again: trial 1\n");
  EXPECT_EQ(result.err, "to train it: hpsearch run FILE --db hpsearch.db\n");
  EXPECT_EQ(folder.run().code, 0);
  EXPECT_EQ(folder.digest(), folder.undisturbed);
  EXPECT_EQ(folder.query("SELECT state || attempt FROM trials WHERE number = 1"), "complete2");
  EXPECT_THAT(call(folder, {"show", "1"}).out,
              HasSubstr("put back to be trained again; had failed: out of memory\n"));
  const auto nothing = call(folder, {"retry"});
  EXPECT_EQ(nothing.code, 0);
  EXPECT_EQ(nothing.err, "sweep 'small' has no failed trials\n");
}

TEST(Retry, RefusesTrialsForWhichItIsOfNoUse) {
  const Failed folder;
  folder.query("UPDATE trials SET state = 'diverged' WHERE number = 0");
  folder.query("UPDATE trials SET state = 'interrupted' WHERE number = 3");
  const auto result = call(folder, {"retry", "1", "0", "2", "3", "9"});
  EXPECT_EQ(result.code, 2);
  EXPECT_EQ(result.err,
            "hpsearch: trial 0 diverged and would diverge again with the same seed; enqueue other "
            "parameters\n"
            "trial 2 is complete; only failed trials can be retried\n"
            "trial 3 is interrupted; the next run trains it anyway\n"
            "sweep 'small' has no trial 9; it has trials 0 to 3\n");
  EXPECT_EQ(folder.query("SELECT state FROM trials WHERE number = 1"), "failed") << "all or none";
  EXPECT_EQ(call(folder, {"retry", "1", "1"}).out, "queued again: trial 1\n");
}

constexpr char kFlags[] =
    "name: t\nrun_cap: 3\ndataset: {source: xor}\ntraining: {epochs: 1}\nparameters:\n"
    "  batch_norm: {values: [true, false]}\n"
    "  batch_size: {distribution: q_uniform, min: 2, max: 4, q: 2}\n"
    "  learning_rate: {min: 1e-3, max: 1, scale: log}\n";

TEST(EnqueueFile, ReadsWhatExportWrites) {
  const RunFolder folder(kFlags);
  ASSERT_EQ(folder.run().code, 0);
  const std::string exported = call(folder, {"export"}).out;
  folder.write("p.csv", exported);
  const auto result = call(folder, {"enqueue", "--file", "p.csv"});
  EXPECT_EQ(result.code, 0) << result.err << exported;
  EXPECT_EQ(folder.query("SELECT group_concat(params_json) FROM (SELECT params_json FROM trials "
                         "WHERE number >= 3 ORDER BY params_json)"),
            folder.query("SELECT group_concat(params_json) FROM (SELECT params_json FROM trials "
                         "WHERE number < 3 ORDER BY params_json)"));
}

TEST(EnqueueFile, ReadsBooleansAndSeparatorsAsTablesHaveThem) {
  const RunFolder folder(kFlags);
  ASSERT_EQ(folder.run().code, 0);
  folder.write("s.csv", "batch_norm;learning_rate\n1;0.5\nfalse;0.25\n");
  folder.write("t.csv", "batch_norm\tlearning_rate\n0\t0.125\n");
  EXPECT_EQ(call(folder, {"enqueue", "--file", "s.csv"}).code, 0);
  EXPECT_EQ(call(folder, {"enqueue", "--file", "t.csv"}).code, 0);
  EXPECT_EQ(folder.query("SELECT group_concat(json_extract(params_json, '$.batch_norm') || ' ' || "
                         "json_extract(params_json, '$.learning_rate')) FROM trials WHERE "
                         "origin = 'enqueued'"),
            "1 0.5,0 0.25,0 0.125");
}

TEST(EnqueueFile, ShowsTheLineOfWhatIsWrong) {
  const RunFolder folder(kFlags);
  ASSERT_EQ(folder.run().code, 0);
  folder.write("h.csv", "foo,learning_rate\n1,0.5\n");
  EXPECT_THAT(call(folder, {"enqueue", "--file", "h.csv"}).err,
              HasSubstr("h.csv:1: the sweep has no parameter 'foo'"));
  folder.write("v.csv", "learning_rate\n0.5\nmuch\n");
  EXPECT_THAT(call(folder, {"enqueue", "--file", "v.csv"}).err,
              HasSubstr("v.csv:3: 'learning_rate'"));
}

TEST(Enqueue, NamesItsSweepAndAValueThatTheStepsExclude) {
  const RunFolder folder(kFlags);
  ASSERT_EQ(folder.run().code, 0);
  const auto result = call(folder, {"enqueue", "batch_size=3"});
  EXPECT_THAT(result.err, HasSubstr("batch_size 3 is no multiple of 2, the step of its range"));
  EXPECT_THAT(result.err, HasSubstr("queued for sweep 't'; "));
  EXPECT_THAT(call(folder, {"enqueue", "batch_size=4"}).err, Not(HasSubstr("note:")));
}

}  // namespace
}  // namespace hpsearch::runner

// `enqueue` in a sweep file: the configurations that are tried first.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runner/run_support.h"

namespace hpsearch::runner {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

test::ProcessResult call(const RunFolder& folder, const std::vector<std::string>& arguments) {
  return test::run_hpsearch(folder.path(), arguments);
}

std::string sweep_with_queue(const std::string& list, int run_cap = 4) {
  return small_sweep(run_cap, "enqueue:\n" + list);
}
constexpr const char* kTwo =
    "  - {learning_rate: 0.05, dropout: 0.1, l2: 0.001}\n  - {dropout: 0.3}\n";

TEST(EnqueueKey, TrainsItsConfigurationsFirst) {
  const RunFolder plain(small_sweep(4));
  plain.run();
  const RunFolder folder(sweep_with_queue(kTwo));
  ASSERT_EQ(folder.run().code, 0);
  EXPECT_EQ(
      folder.query("SELECT group_concat(origin) FROM (SELECT origin FROM trials ORDER BY number)"),
      "enqueued,enqueued,sampler,sampler");
  EXPECT_EQ(folder.query("SELECT params_json FROM trials WHERE number = 0"),
            R"({"dropout":0.1,"l2":0.001,"learning_rate":0.05})");
  EXPECT_EQ(folder.query("SELECT dropout FROM trials_small WHERE trial = 1"), "0.3");
  // The sampler's own suggestions come after them.
  EXPECT_EQ(folder.query("SELECT params_json FROM trials WHERE number = 2"),
            plain.query("SELECT params_json FROM trials WHERE number = 0"));
  const std::string digest = folder.digest();
  const RunFolder three(sweep_with_queue(kTwo));
  ASSERT_EQ(three.run({"--workers", "3"}).code, 0);
  EXPECT_EQ(three.digest(), digest);
  // A second run queues nothing again; a changed list is another sweep.
  EXPECT_EQ(folder.run().code, 0);
  EXPECT_EQ(folder.query("SELECT count(*) FROM trials"), "4");
  folder.write("sweep.yaml", sweep_with_queue("  - {dropout: 0.3}\n"));
  const auto changed = folder.run();
  EXPECT_EQ(changed.code, 2);
  EXPECT_THAT(changed.err, HasSubstr("enqueue"));
}

TEST(EnqueueKey, QueuesWhatARunThatWasKilledAtItsStartDidNot) {
  const RunFolder plain(sweep_with_queue(kTwo));
  ASSERT_EQ(plain.run().code, 0);
  const RunFolder folder(sweep_with_queue(kTwo));
  ASSERT_EQ(folder.run({"--trials", "1"}).code, 0);
  for (const char* table :
       {"params", "epochs", "metrics", "replicates", "artifacts", "events", "trials"}) {
    folder.query(std::string("DELETE FROM ") + table);
  }
  ASSERT_EQ(folder.run().code, 0);
  EXPECT_EQ(folder.digest(), plain.digest());
}

TEST(EnqueueKey, GoesIntoTheFirstStage) {
  const RunFolder folder(
      small_sweep(10,
                  "method: coarse_to_fine\n"
                  "search: {stages: [{share: 0.6, epochs: 1}, {share: 0.4, epochs: 2}]}\n"
                  "enqueue: [{learning_rate: 0.05}]\n"));
  ASSERT_EQ(folder.run().code, 0);
  EXPECT_EQ(
      folder.query("SELECT stage || ' ' || epochs || ' ' || origin FROM trials WHERE number = 0"),
      "0 1 enqueued");
  EXPECT_EQ(folder.query("SELECT count(*) FROM trials WHERE state = 'complete'"), "10");
}

TEST(EnqueueKey, IsLeftOutOfWhatFollows) {
  const RunFolder folder(sweep_with_queue(kTwo));
  ASSERT_EQ(folder.run().code, 0);
  EXPECT_THAT(folder.report({"--best"}).out, Not(HasSubstr("enqueue")));
  const auto resolved = call(folder, {"check", "sweep.yaml", "--resolved"});
  EXPECT_THAT(resolved.out, HasSubstr("enqueue:"));
  folder.write("resolved.yaml", resolved.out);
  EXPECT_EQ(call(folder, {"check", "resolved.yaml"}).code, 0);
}

TEST(EnqueueKey, NotesConfigurationsBeyondTheLimit) {
  const RunFolder folder(sweep_with_queue(kTwo, 1));
  EXPECT_THAT(call(folder, {"check", "sweep.yaml"}).err,
              HasSubstr("'enqueue' has 2 configurations, but run_cap is 1"));
  EXPECT_EQ(folder.run().code, 0);
  EXPECT_EQ(folder.query("SELECT count(*) FROM trials WHERE state = 'complete'"), "1");
}

TEST(EnqueueKey, ErrorsShowWhereTheyAre) {
  const RunFolder folder(
      sweep_with_queue("  - {learning_rat: 0.05}\n  - 3\n  - {epochs: 9}\n  - {dropout: 1.5}\n  - "
                       "{dropout: 0.9}\n"));
  const auto result = call(folder, {"check", "sweep.yaml"});
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(
      result.err,
      HasSubstr("the sweep has no parameter 'learning_rat'; did you mean 'learning_rate'?"));
  EXPECT_THAT(result.err,
              HasSubstr("'enqueue' is a list of maps, such as [{learning_rate: 0.01}]"));
  EXPECT_THAT(result.err, HasSubstr("'epochs' is fixed at 4 in this sweep"));
  EXPECT_THAT(result.err, HasSubstr("'dropout' must be a number from 0 to 1; found 1.5"));
  folder.write("sweep.yaml", sweep_with_queue("  - {dropout: 0.9}\n"));
  const auto outside = call(folder, {"check", "sweep.yaml"});
  EXPECT_EQ(outside.code, 0);
  EXPECT_THAT(outside.out + outside.err, HasSubstr("dropout 0.9 is outside its range"));
}

}  // namespace
}  // namespace hpsearch::runner

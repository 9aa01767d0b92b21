// Comparisons of two trials and of two sweeps.
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "reports/findings/compare_sweeps.h"
#include "reports/findings/compare_trials.h"
#include "tests/reports/made_sweep.h"
#include "tests/reports/report_database.h"

namespace hpsearch::reports {
namespace {

using testing::HasSubstr;

class CompareTrials : public testing::Test {
 protected:
  void SetUp() override { db.add_trials(); }
  TrialComparison compare(std::uint64_t a, std::uint64_t b) const {
    const auto queries_opened = storage::open_queries(db.file);
    storage::Queries& queries = *queries_opened;
    const auto sweep = *queries.newest_sweep();
    return compare_trials(queries, sweep, *queries.trial(1, a), *queries.trial(1, b));
  }
  ReportDatabase db;
};

TEST_F(CompareTrials, SaysWhatDiffersAndWhichIsBetter) {
  const TrialComparison c = compare(0, 1);
  ASSERT_EQ(c.settings.size(), 2U);
  EXPECT_EQ(c.settings[0].name, "hidden");
  EXPECT_EQ(c.settings[1].name, "learning_rate");
  ASSERT_TRUE(c.verdict);
  EXPECT_DOUBLE_EQ(c.verdict->difference, -0.0625);
  EXPECT_FALSE(c.verdict->a_better);
  EXPECT_EQ(c.verdict->within_noise, std::nullopt);
  EXPECT_THAT(
      comparison_text(c, 100, Glyphs::kAscii),
      HasSubstr("trial 1 is better by 0.0625 (2 and 1 epochs); it is unknown how much of that is "
                "noise\n"));
}

TEST_F(CompareTrials, HoldsADifferenceAgainstTheNoiseOfTheValidationRows) {
  db.run(R"(UPDATE sweeps SET data_json = '{"validation_rows":100}')");
  const TrialComparison c = compare(0, 1);
  EXPECT_EQ(c.verdict->within_noise, true);
  EXPECT_NEAR(c.verdict->error, std::sqrt(0.875 * 0.125 / 100.0 + 0.9375 * 0.0625 / 100.0), 1e-12);
  db.run(R"(UPDATE sweeps SET data_json = '{"validation_rows":10000}')");
  EXPECT_EQ(compare(1, 0).verdict->within_noise, false);
  EXPECT_TRUE(compare(1, 0).verdict->a_better);
}

TEST_F(CompareTrials, TakesReplicatesWhereThereAreSome) {
  db.run(R"(INSERT INTO replicates(trial_id, replicate, seed, state, value) VALUES
            (1, 0, 1, 'complete', 0.87), (1, 1, 2, 'complete', 0.88), (1, 2, 3, 'failed', 0.1),
            (2, 0, 1, 'complete', 0.93), (2, 1, 2, 'complete', 0.95))");
  const TrialComparison c = compare(0, 1);
  ASSERT_TRUE(c.verdict->from_replicates);
  EXPECT_NEAR(c.verdict->difference, -0.065, 1e-12);
  EXPECT_EQ(c.verdict->within_noise, false);
  EXPECT_NEAR(c.verdict->ranks.p, 1.0 / 3.0, 1e-12);  // 2 of 6 orders
  EXPECT_THAT(comparison_text(c, 100, Glyphs::kAscii), HasSubstr("over 2 and 2 replicates"));
}

TEST_F(CompareTrials, StandsATrialWithoutAValue) {
  const TrialComparison c = compare(2, 1);
  EXPECT_FALSE(c.verdict);
  const auto json = nlohmann::json::parse(comparison_json(c));
  EXPECT_EQ(json.at("format"), 1);
  EXPECT_TRUE(json.at("comparison").is_null());
  EXPECT_EQ(json.at("trials")[0].at("state"), "diverged");
  EXPECT_THAT(comparison_text(c, 80, Glyphs::kAscii),
              HasSubstr("one trial has no value, so there is nothing to compare"));
}

TEST(CompareSweeps, HoldsEqualBudgetsAgainstEachOther) {
  MadeSweep a;
  MadeSweep b;
  b.data.sweep.name = "other";
  for (int i = 0; i < 4; ++i) {
    a.add({}, 0.80 + 0.02 * i, 0, 10);
  }
  for (int i = 0; i < 8; ++i) {
    b.add({}, 0.79 + 0.02 * i, 0, 5);
  }
  b.add({}, std::nullopt, 0, 5);
  const SweepComparison c = compare_sweeps(a.ranked(), b.ranked(), {{"seed", "1", "2"}});
  EXPECT_EQ(c.equal_trials, 4U);
  EXPECT_EQ(c.equal_epochs, 40);
  EXPECT_EQ(c.a.trials_at_epochs, 4U);
  EXPECT_EQ(c.b.trials_at_epochs, 8U);
  EXPECT_DOUBLE_EQ(c.b.found_at_trials, 0.85);
  // Brute force: the best of four draws from four values.
  double sum = 0.0;
  for (int i = 0; i < 256; ++i) {
    sum += 0.80 + 0.02 * std::max({i % 4, i / 4 % 4, i / 16 % 4, i / 64});
  }
  EXPECT_NEAR(c.a.expected_at_trials, sum / 256.0, 1e-12);
  // Pairs in which a trial of `a` is better: it beats some of b's values, and the diverged trial.
  EXPECT_NEAR(c.ranks.superiority, (1 + 2 + 3 + 4 + 4) / 36.0, 1e-12);
  EXPECT_NEAR(c.beaten_by_a, 5.0 / 9.0, 1e-12);  // 0.79 ... 0.85 and the diverged one
  EXPECT_NEAR(c.beaten_by_b, 1.0, 1e-12);
  const std::string text = comparison_text(c, 80);
  EXPECT_THAT(text, HasSubstr("a trial of made is better than one of other with probability"));
  EXPECT_THAT(text, HasSubstr("difference  made  other\nseed        1     2\n"));
}

TEST(CompareSweeps, DoesNotCompareDifferentMetrics) {
  MadeSweep a;
  MadeSweep b;
  b.minimize();
  a.add({}, 0.5);
  b.add({}, 0.5);
  const SweepComparison c = compare_sweeps(a.ranked(), b.ranked(), {});
  EXPECT_FALSE(c.comparable);
  EXPECT_THAT(comparison_text(c, 80), HasSubstr("their values cannot be compared"));
  EXPECT_TRUE(nlohmann::json::parse(comparison_json(c)).at("comparison").is_null());
}

TEST(CompareSweeps, StandsSweepsWithoutCompleteTrials) {
  MadeSweep a;
  MadeSweep b;
  b.add({}, std::nullopt);
  const SweepComparison c = compare_sweeps(a.ranked(), b.ranked(), {});
  EXPECT_THAT(comparison_text(c, 80), HasSubstr("nothing to compare"));
}

}  // namespace
}  // namespace hpsearch::reports

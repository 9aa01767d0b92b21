#include "reports/sweep/sweep_data.h"

#include <cmath>
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/sweep/stored_content.h"
#include "tests/reports/report_database.h"

namespace hpsearch::reports {
namespace {

using testing::ElementsAre;

class SweepDataTest : public testing::Test {
 protected:
  void SetUp() override { db.add_trials(); }
  SweepData read() const {
    const auto queries_opened = storage::open_queries(db.file);
    storage::Queries& queries = *queries_opened;
    return read_sweep_data(queries, *queries.newest_sweep());
  }
  ReportDatabase db;
};

TEST_F(SweepDataTest, HasTheParametersThatVary) {
  const SweepData data = read();
  ASSERT_EQ(data.parameters.size(), 2U);  // dropout is fixed
  const SearchedParameter& hidden = data.parameters[0];
  EXPECT_EQ(hidden.name, "hidden");
  EXPECT_FALSE(hidden.numeric);
  EXPECT_DOUBLE_EQ(hidden.place(nn::ValueList{std::int64_t{64}, std::int64_t{32}}), 0.75);
  EXPECT_TRUE(std::isnan(hidden.place(std::string("none"))));
  const SearchedParameter& rate = data.parameters[1];
  EXPECT_EQ(rate.name, "learning_rate");
  EXPECT_TRUE(rate.logarithmic);
  EXPECT_DOUBLE_EQ(rate.place(0.01), 0.5);
  EXPECT_TRUE(std::isnan(rate.place(std::string("0.01"))));
}

TEST_F(SweepDataTest, RanksAsTheLeaderboardDoes) {
  const SweepData data = read();
  EXPECT_EQ(data.trials.size(), 6U);
  EXPECT_THAT(data.ranked, ElementsAre(1U, 0U));
  EXPECT_DOUBLE_EQ(data.trials[1].score.value(), -0.9375);
  db.run("INSERT INTO stages VALUES (1, 1, 9, 1, '{}')");
  db.run("UPDATE trials SET stage = 1 WHERE number = 0");
  EXPECT_THAT(read().ranked, ElementsAre(0U));
}

TEST_F(SweepDataTest, HasTheSameResultsWithoutParameters) {
  const SweepData whole = read();
  const auto queries_opened = storage::open_queries(db.file);
  storage::Queries& queries = *queries_opened;
  const SweepData results = read_sweep_results(queries, *queries.newest_sweep());
  EXPECT_EQ(results.ranked, whole.ranked);
  ASSERT_EQ(results.trials.size(), whole.trials.size());
  for (std::size_t i = 0; i < whole.trials.size(); ++i) {
    const TrialData& a = results.trials[i];
    const TrialData& b = whole.trials[i];
    EXPECT_EQ(a.score, b.score);
    EXPECT_TRUE(a.params.empty());
    EXPECT_EQ(std::tuple(a.row.number, a.row.state, a.row.value, a.row.stage, a.row.epochs_done),
              std::tuple(b.row.number, b.row.state, b.row.value, b.row.stage, b.row.epochs_done));
    EXPECT_EQ(a.row.seconds, b.row.seconds);
  }
}

TEST_F(SweepDataTest, SaysThatWhatIsStoredIsDamaged) {
  const auto message = [&] {
    try {
      read();
    } catch (const DamagedContent& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(message(), "");
  db.run("UPDATE stages SET space_json = '{\"l2\":{\"min\":\"x\",\"max\":1}}'");
  EXPECT_THAT(message(), testing::HasSubstr("stored for sweep 'digits' are damaged"));
  db.run("UPDATE stages SET space_json = '{}'");
  db.run("UPDATE trials SET params_json = 'x' WHERE number = 3");
  EXPECT_THAT(message(), testing::HasSubstr("stored for sweep 'digits' are damaged"));
}

TEST_F(SweepDataTest, WidensARangeToValuesThatWereEnqueued) {
  db.run(R"(UPDATE trials SET params_json = '{"learning_rate":100.0}' WHERE number = 4)");
  const SearchedParameter rate = read().parameters[1];
  EXPECT_EQ(rate.high, 100.0);
  EXPECT_EQ(rate.written_high, 1.0);
  EXPECT_DOUBLE_EQ(rate.place(100.0), 1.0);
}

TEST_F(SweepDataTest, ShowsOfANormalParameterWhereNearlyAllOfItLies) {
  db.run(R"(UPDATE stages SET space_json = '{"gain":{"distribution":"normal","mu":1.0,"sigma":0.5,)"
         R"("bounds":[0.0,null],"type":"real"},"learning_rate":{"distribution":"log_normal",)"
         R"("mu":-4.0,"sigma":1.0,"bounds":[null,null],"type":"real"}}')");
  const SweepData data = read();
  ASSERT_EQ(data.parameters.size(), 2U);
  EXPECT_TRUE(data.parameters[0].numeric);
  EXPECT_EQ(data.parameters[0].low, 0.0);
  EXPECT_DOUBLE_EQ(data.parameters[0].high, 2.3);
  EXPECT_TRUE(std::isnan(data.parameters[0].written_low));
  EXPECT_TRUE(data.parameters[1].logarithmic);
  EXPECT_NEAR(data.parameters[1].place(std::exp(-4.0)), 0.5, 0.15);  // widened by a trial's 1.0
}

TEST_F(SweepDataTest, CallsATrialInterruptedThatNobodyRunsAnyMore) {
  db.run("UPDATE sweeps SET state = 'running'");
  db.run("UPDATE trials SET state = 'running' WHERE number = 5");
  EXPECT_EQ(read().trials[5].row.state, search::TrialState::kInterrupted);
}

TEST_F(SweepDataTest, IsFollowedWithoutReadingSettledTrialsAgain) {
  const auto queries_opened = storage::open_queries(db.file);
  storage::Queries& queries = *queries_opened;
  FollowedSweep followed;
  auto update = [&] { return followed.update(queries, *queries.newest_sweep()); };
  EXPECT_EQ(update(), 0U);
  EXPECT_EQ(followed.settled(), 6U);
  EXPECT_EQ(update(), 6U) << "nothing is new";
  db.run(
      "INSERT INTO trials(sweep_id, number, state, epochs, seed, params_json, params_hash, "
      "created_at) VALUES (1, 6, 'queued', 3, 1, '{\"learning_rate\":7.0}', '', ''), (1, 7, "
      "'failed', 3, 1, '{}', '', '')");
  EXPECT_EQ(update(), 6U);
  EXPECT_EQ(followed.settled(), 6U) << "a queued trial may change, and those after it wait for it";
  EXPECT_EQ(followed.data().trials.size(), 8U);
  EXPECT_EQ(followed.data().parameters[1].high, 7.0);
  db.run("INSERT INTO events(at, sweep_id, kind) VALUES ('', 1, 'run_started')");
  EXPECT_EQ(update(), 0U) << "a run may change any trial";
  db.run("UPDATE trials SET state = 'failed' WHERE number = 2");
  EXPECT_EQ(update(), 0U) << "so may a person";
}

}  // namespace
}  // namespace hpsearch::reports

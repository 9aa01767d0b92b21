#include "reports/sweep/digest.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/reports/report_database.h"

namespace hpsearch::reports {
namespace {

class Digest : public testing::Test {
 protected:
  Digest() {
    database.add_trials();
    before = digest();
  }

  std::string digest() {
    const auto queries_opened = storage::open_queries(database.file);
    storage::Queries& queries = *queries_opened;
    return sweep_digest(queries, 1);
  }
  std::string after(const std::string& sql) {
    database.run(sql);
    return digest();
  }

  ReportDatabase database;
  std::string before;
};

// By Python's hashlib over these lines, each ended by a newline:
//   trial|0|0|complete|{"dropout":0.25,"hidden":[64],"learning_rate":0.1}|0x1.cp-1|2
//   epoch|1|0x1p-1|0x1.8p-1|0x1p-2|0x1.ap-1|0x1.999999999999ap-4|0x1.8p+0|0x1.4p+3|
//     0x1.0624dd2f1a9fcp-10                                         (on the line before)
//   ... and so on for epoch 2 and trials 1 (complete), 2 (diverged) and 3 (pruned);
//   trial|2|0|diverged|{"dropout":0.25,"hidden":[64],"learning_rate":1.0}|null|null
//   epoch|1|null|0x1.999999999999ap-4|null|0x1.999999999999ap-4|0x1p+0|null|null|null
TEST_F(Digest, IsTheSha256OfTheDocumentedText) {
  EXPECT_EQ(before, "e55f6a155df36f9e");
}

TEST_F(Digest, OfASweepWithoutTrialsIsThatOfNothing) {
  EXPECT_EQ(after("DELETE FROM epochs; DELETE FROM trials"), "e3b0c44298fc1c14");
}

TEST_F(Digest, ChangesWithOneBit) {
  EXPECT_NE(
      after("UPDATE epochs SET val_loss = 0.25000000000000006 WHERE trial_id = 1 AND epoch = 1"),
      before);
  EXPECT_EQ(after("UPDATE epochs SET val_loss = 0.25 WHERE trial_id = 1 AND epoch = 1"), before);
}

TEST_F(Digest, ChangesWithEverythingThatWasFound) {
  for (const std::string column : {"train_loss", "train_accuracy", "val_loss", "val_accuracy",
                                   "learning_rate", "grad_norm", "weight_norm", "update_ratio"}) {
    database.run("PRAGMA foreign_keys = OFF; CREATE TABLE kept AS SELECT * FROM epochs");
    EXPECT_NE(after("UPDATE epochs SET " + column + " = 0.123 WHERE trial_id = 3"), before)
        << column;
    EXPECT_EQ(after("DELETE FROM epochs; INSERT INTO epochs SELECT * FROM kept; DROP TABLE kept"),
              before);
  }
  for (const std::string change :
       {"number = 9", "stage = 1", "state = 'pruned'", "params_json = '{\"a\":1}'", "value = 0.25",
        "value = NULL", "best_epoch = 1", "best_epoch = NULL"}) {
    database.run("CREATE TABLE kept AS SELECT * FROM trials");
    EXPECT_NE(after("UPDATE trials SET " + change + " WHERE trial_id = 1"), before) << change;
    EXPECT_EQ(
        after("PRAGMA foreign_keys = OFF; DELETE FROM trials; INSERT INTO trials SELECT * FROM "
              "kept; DROP TABLE kept"),
        before);
  }
  EXPECT_NE(after("DELETE FROM epochs WHERE trial_id = 1 AND epoch = 2"), before);
}

TEST_F(Digest, DoesNotDependOnTimesWorkersAndAttempts) {
  EXPECT_EQ(after("UPDATE trials SET seconds = 99, worker = 'w7', attempt = 5, reason = 'x', "
                  "created_at = 'x', started_at = 'x', finished_at = 'x', epochs = 77, seed = 1; "
                  "UPDATE epochs SET seconds = 99"),
            before);
  EXPECT_EQ(after("UPDATE sweeps SET name = 'other', state = 'running', active_seconds = 1"),
            before);
}

TEST_F(Digest, LeavesOutInterruptedAndFailedTrials) {
  EXPECT_EQ(after("DELETE FROM epochs WHERE trial_id >= 5; DELETE FROM trials WHERE trial_id >= 5"),
            before);
}

TEST_F(Digest, DoesNotDependOnTheOrderOfTheRows) {
  EXPECT_EQ(after("PRAGMA foreign_keys = OFF; UPDATE epochs SET trial_id = 100 - trial_id; "
                  "UPDATE trials SET trial_id = 100 - trial_id"),
            before);
}

TEST_F(Digest, IsThatOfOneSweep) {
  database.run(
      "INSERT INTO sweeps SELECT 2, 'other', method, metric, goal, seed, config_yaml, "
      "config_hash, data_json, state, created_at, finished_at, active_seconds, stop_reason, "
      "tool_version, host_json, NULL FROM sweeps");
  EXPECT_EQ(after("INSERT INTO trials(sweep_id, number, state, epochs, seed, params_json, "
                  "params_hash, created_at) VALUES (2, 0, 'complete', 3, 1, '{}', '', '')"),
            before);
}

}  // namespace
}  // namespace hpsearch::reports

#include "reports/export/trial_export.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/reports/report_database.h"

namespace hpsearch::reports {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

using Json = nlohmann::json;

std::vector<std::string> lines_of(ReportDatabase& database,
                                  void (*write)(storage::Queries&,
                                                const storage::SweepRow&,
                                                const TextSink&)) {
  const auto queries_opened = storage::open_queries(database.file);
  storage::Queries& queries = *queries_opened;
  std::string text;
  write(queries, *queries.newest_sweep(), [&](std::string_view piece) { text += piece; });
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(line);
  }
  return lines;
}

TEST(TrialLines, HaveAllOfATrial) {
  ReportDatabase database;
  database.add_trials();
  database.add_test_metrics();
  const auto lines = lines_of(database, write_trial_lines);
  ASSERT_THAT(lines, SizeIs(6));
  EXPECT_EQ(Json::parse(lines[1]), Json::parse(R"({
    "format": 1, "sweep": "digits", "metric": "val_accuracy", "goal": "maximize",
    "trial": 1, "state": "complete", "reason": null, "value": 0.9375, "best_epoch": 1,
    "epochs_done": 1, "epochs_planned": 3, "stage": 0, "origin": "sampler", "parent": null,
    "seed": 101, "attempt": 1, "seconds": 0.125, "started_at": null, "finished_at": null,
    "tags": [], "notes": [],
    "params": {"dropout": 0.25, "hidden": [64, 32], "learning_rate": 0.012345678},
    "epochs": {"epoch": [1], "train_loss": [1e-300], "train_accuracy": [1.0], "val_loss": [0.1],
      "val_accuracy": [0.9375], "learning_rate": [0.012345678], "grad_norm": [0.0],
      "weight_norm": [-0.0], "update_ratio": [3.0], "seconds": [0.5]},
    "metrics": {"initial_loss": {"epoch": [0], "value": [2.3]},
      "test_accuracy": {"epoch": [1], "value": [0.921875]},
      "test_loss": {"epoch": [1], "value": [0.3]}}})"));
}

TEST(TrialLines, KeepOrderAndPlaceOfEpochsAndSayNullForWhatIsNotFinite) {
  ReportDatabase database;
  database.add_trials();
  const auto lines = lines_of(database, write_trial_lines);
  const Json first = Json::parse(lines.at(0));
  EXPECT_EQ(first["epochs"]["epoch"], Json({1, 2}));
  EXPECT_EQ(first["epochs"]["val_loss"], Json({0.25, 0.2}));
  const Json diverged = Json::parse(lines.at(2));
  EXPECT_EQ(diverged["state"], "diverged");
  EXPECT_EQ(diverged["value"], nullptr);
  EXPECT_EQ(diverged["epochs"]["val_loss"], Json::array({nullptr}));
  EXPECT_EQ(diverged["epochs"]["learning_rate"], Json::array({1.0}));
}

// This is what the next run will find.
TEST(TrialLines, SayInterruptedWhereNobodyRunsTheSweep) {
  ReportDatabase database;
  database.add_trials();
  database.run("UPDATE sweeps SET state = 'running'");
  database.run("UPDATE trials SET state = 'running' WHERE number = 0");
  EXPECT_EQ(Json::parse(lines_of(database, write_trial_lines).at(0))["state"], "interrupted");
}

TEST(EpochCsv, HasARowAnEpochOfEveryState) {
  ReportDatabase database;
  database.add_trials();
  database.run("INSERT INTO metrics VALUES (1, 0, 2, 'val_f1', 0.5), (1, 0, 0, 'initial_loss', 2)");
  const auto lines = lines_of(database, write_epoch_csv);
  ASSERT_THAT(lines, SizeIs(8));
  EXPECT_EQ(lines[0],
            "trial,state,epoch,train_loss,train_accuracy,val_loss,val_accuracy,learning_rate,"
            "grad_norm,weight_norm,update_ratio,seconds,val_f1\r");
  EXPECT_EQ(lines[1], "0,complete,1,0.5,0.75,0.25,0.8125,0.1,1.5,10.0,0.001,0.3,\r");
  EXPECT_EQ(lines[2], "0,complete,2,0.4,0.8,0.2,0.875,0.1,1.25,11.0,5e-4,0.4,0.5\r");
  EXPECT_EQ(lines[4], "2,diverged,1,,0.1,,0.1,1.0,,,,0.6,\r");
}

TEST(EpochCsv, HasTheMetricOfTheSweepThatNoColumnIs) {
  ReportDatabase database;
  database.add_trials();
  database.run("UPDATE sweeps SET metric = 'a,b'");
  database.run("INSERT INTO metrics VALUES (1, 0, 1, 'a,b', 7)");
  const auto lines = lines_of(database, write_epoch_csv);
  EXPECT_TRUE(lines[0].ends_with(",seconds,\"a,b\"\r")) << lines[0];
  EXPECT_TRUE(lines[1].ends_with(",0.3,7.0\r")) << lines[1];
}

}  // namespace
}  // namespace hpsearch::reports

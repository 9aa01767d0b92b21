#include "reports/sweep/sweep_list.h"

#include <algorithm>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/reports/report_database.h"

namespace hpsearch::reports {
namespace {

using testing::HasSubstr;
using testing::Not;

class SweepList : public testing::Test {
 protected:
  std::vector<SweepListRow> rows() {
    const auto queries_opened = storage::open_queries(database.file);
    storage::Queries& queries = *queries_opened;
    return read_sweep_list(queries);
  }
  std::string text(std::size_t width = 100) { return sweep_list_text(rows(), width); }
  // A second, newer sweep in state `running` that no process runs.
  void add_dead_sweep() {
    database.run(
        "INSERT INTO sweeps VALUES (2, 'night', 'random', 'val_loss', 'minimize', 7, 'yaml', "
        "'hash', '{}', 'running', '2026-02-01T23:59:59.999Z', NULL, 1.0, NULL, '1.0', NULL, "
        "NULL)");
    database.run("INSERT INTO stages VALUES (2, 0, 3, 20, '{}'), (2, 1, 9, 10, '{}')");
  }

  ReportDatabase database;
};

TEST_F(SweepList, ShowsTheNewestFirstWithWhatIsDoneAndBest) {
  database.add_trials();
  add_dead_sweep();
  EXPECT_EQ(text(),
            "sweep   method  state        trials  best                    created (UTC)\n"
            "night   random  interrupted    0/30  -                    2026-02-01 23:59\n"
            "digits  random  complete        5/6  val_accuracy 0.9375  2026-01-31 10:00\n");
}

TEST_F(SweepList, PlansWhatTheLimitOfTheLastRunLeaves) {
  add_dead_sweep();
  for (const char* run_cap : {"40", "12"}) {
    database.run(std::string("INSERT INTO events(at, sweep_id, kind, detail_json) VALUES ('', 2, "
                             "'run_started', '{\"workers\":1,\"run_cap\":") +
                 run_cap + "}')");
    EXPECT_EQ(rows().front().planned_trials, std::min(30, std::stoi(run_cap)));
  }
}

TEST_F(SweepList, IsEmptyWithoutASweep) {
  database.run("DELETE FROM sweeps");
  EXPECT_TRUE(rows().empty());
}

TEST_F(SweepList, CutsLongNamesAndLetsNoneDriveTheTerminal) {
  const std::string name(60, 'x');
  database.run("UPDATE sweeps SET name = char(27) || '" + name + "'");
  EXPECT_THAT(text(), HasSubstr("\n?" + name.substr(0, 39) + "...  random"));
  EXPECT_THAT(text(), Not(HasSubstr("\x1B")));
}

TEST_F(SweepList, AsJsonHasANumberForEachCount) {
  database.add_trials();
  EXPECT_EQ(
      sweep_list_json(rows()),
      R"({"format":1,"sweeps":[{"sweep":"digits","method":"random","state":"complete",)"
      R"("stop_reason":"run_cap","shard":null,"metric":"val_accuracy","goal":"maximize","seed":7,)"
      R"("trials":{"planned":6,"started":6,"complete":2,"pruned":1,"diverged":1,"failed":1},)"
      R"("epochs":6,"best":0.9375,"created_at":"2026-01-31T10:00:00.000Z",)"
      R"("finished_at":"2026-01-31T10:03:20.000Z","active_seconds":200.25,)"
      R"("archived_at":null,"tags":[],"notes":[]}]})"
      "\n");
}

}  // namespace
}  // namespace hpsearch::reports

#include "reports/sweep/trial_course.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "reports/export/trial_export.h"
#include "reports/findings/curves.h"
#include "reports/page/page_curves.h"
#include "reports/sweep/sweep_data.h"
#include "tests/reports/report_folds.h"

namespace hpsearch::reports {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct FoldsDatabase : ReportDatabase {
  FoldsDatabase() {
    add_trials();
    add_folds(*this);
  }
};

struct Folds : FoldsDatabase {
  std::unique_ptr<storage::Queries> queries = storage::open_queries(file);
  storage::SweepRow sweep = queries->newest_sweep().value();
  storage::TrialRow trial = queries->trial(1, 1).value();
};

// SQLite's own means are the truth.
TEST(TrialCourse, OfFoldsIsTheirMeanByEpoch) {
  Folds folds;
  const TrialCourse course = read_course(*folds.queries, folds.trial);
  EXPECT_EQ(course.folds, 3);
  EXPECT_THAT(course.trainings, ElementsAre(3, 2));
  ASSERT_EQ(course.epochs.size(), 2U);
  for (const nn::EpochRecord& epoch : course.epochs) {
    for (const nn::EpochColumn& column : nn::kEpochColumns) {
      EXPECT_NEAR(epoch.*column.field,
                  std::stod(storage::Sql(folds.file)
                                .row("SELECT avg(" + std::string(column.name) +
                                     ") FROM epochs WHERE trial_id = 2 AND epoch = " +
                                     std::to_string(epoch.epoch))),
                  1e-12)
          << column.name;
    }
  }
  for (const storage::MetricRow& row : course.metrics) {
    EXPECT_NEAR(
        row.value,
        std::stod(storage::Sql(folds.file)
                      .row("SELECT avg(value) FROM metrics WHERE trial_id = 2 AND name = '" +
                           row.name + "' AND epoch = " + std::to_string(row.epoch))),
        1e-12)
        << row.name;
  }
  EXPECT_EQ(course.metrics.size(), 6U);
}

TEST(TrialCourse, OfOneTrainingIsWhatIsStored) {
  ReportDatabase database;
  database.add_trials();
  database.add_test_metrics();
  const auto queries = storage::open_queries(database.file);
  const TrialCourse course = read_course(*queries, queries->trial(1, 0).value());
  EXPECT_EQ(course.folds, 0);
  ASSERT_EQ(course.epochs.size(), 2U);
  EXPECT_EQ(course.epochs[1].val_loss, 0.2);
  ASSERT_EQ(course.ends.size(), 1U);
  EXPECT_EQ(course.ends[0].best_epoch, 2);
  EXPECT_THAT(course.ends[0].at_best, ElementsAre(0.1));
}

TEST(TrialCourse, IsNotFiniteWhereAFoldIsNot) {
  Folds folds;
  folds.run("UPDATE epochs SET val_loss = NULL WHERE trial_id = 2 AND replicate = 1");
  const TrialCourse course = read_course(*folds.queries, folds.trial);
  EXPECT_TRUE(std::isnan(course.epochs[0].val_loss));
  EXPECT_EQ(course.epochs[1].val_loss, 0.5);
}

TEST(TrialCourse, IsWhatCurvesAndExportsShow) {
  Folds folds;
  const TrialCurves curves = read_curves(*folds.queries, folds.trial, "val_f1");
  ASSERT_EQ(curves.curves.size(), 1U);
  ASSERT_EQ(curves.curves[0].values.size(), 2U);
  EXPECT_NEAR(curves.curves[0].values[0].second, 1.1 / 3.0, 1e-12);
  EXPECT_NEAR(curves.curves[0].values[1].second, 0.4, 1e-12);
  EXPECT_THAT(curves_text(folds.sweep, {curves}, 80, Glyphs::kAscii),
              HasSubstr("trial 1: val_accuracy 0.75, the mean of 3 folds"));
  EXPECT_THAT(curves_json(folds.sweep, {curves}), HasSubstr("\"folds\":3"));
  const SweepData data = read_sweep_data(*folds.queries, folds.sweep);
  const auto page = nlohmann::json::parse(page_curves(*folds.queries, data));
  bool found = false;
  for (const auto& curve : page.at("curves")) {
    if (curve.at("t") == 1) {
      found = true;
      EXPECT_EQ(curve.at("s")[0], nlohmann::json({2.0, 1.0})) << "train_loss";
      EXPECT_EQ(curve.at("s")[1], nlohmann::json({0.5, 0.5})) << "val_loss";
    }
  }
  EXPECT_TRUE(found);
  std::string csv;
  write_epoch_csv(*folds.queries, folds.sweep, [&](std::string_view text) { csv += text; });
  EXPECT_THAT(csv, HasSubstr("\r\n1,complete,2,1.0,0.5,0.5,0.625,"));
  std::string lines;
  write_trial_lines(*folds.queries, folds.sweep, [&](std::string_view text) { lines += text; });
  EXPECT_THAT(lines, HasSubstr("\"train_loss\":[2.0,1.0]"));
}

}  // namespace
}  // namespace hpsearch::reports

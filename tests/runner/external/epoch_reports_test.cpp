#include "runner/external/epoch_reports.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "search/sweep/metric.h"

namespace hpsearch::runner {
namespace {

using ::testing::ElementsAre;

// What lines of output become, with the metric "m": "1: m=0.5 a=2".
std::vector<std::string> epochs(const std::vector<std::string>& lines,
                                const std::string& metric = "m") {
  EpochReports reports(metric);
  std::vector<nn::EpochRecord> records;
  for (const std::string& line : lines) {
    for (nn::EpochRecord& record : reports.take(*read_report(line, metric))) {
      records.push_back(std::move(record));
    }
  }
  if (auto last = reports.finish()) {
    records.push_back(*std::move(last));
  }
  std::vector<std::string> texts;
  for (const nn::EpochRecord& record : records) {
    std::string text = std::to_string(record.epoch) + ":";
    for (const nn::SeriesValue& value : record.series) {
      text += " " + value.name + "=" + std::to_string(static_cast<int>(value.value));
      EXPECT_EQ(value.epoch, record.epoch);
    }
    texts.push_back(text);
  }
  return texts;
}

TEST(EpochReports, CountReportsOfTheMetric) {
  EXPECT_THAT(epochs({"m=1", "a=5 m=2", "m=3"}), ElementsAre("1: m=1", "2: a=5 m=2", "3: m=3"));
}

TEST(EpochReports, TakeWhatWasReportedBeforeTheMetric) {
  EXPECT_THAT(epochs({"a=1", "a=2", "b=3", "m=4"}), ElementsAre("1: a=2 b=3 m=4"));
  EXPECT_THAT(epochs({"m=4", "a=9"}), ElementsAre("1: m=4", "1: a=9")) << "and after it";
}

TEST(EpochReports, TakeTheProgramsOwnEpochs) {
  EXPECT_THAT(epochs({"epoch=5 m=1", "epoch=10 m=2"}), ElementsAre("5: m=1", "10: m=2"));
  EXPECT_THAT(epochs({"epoch=1 a=7", "epoch=1 m=1", "epoch=2 m=2"}),
              ElementsAre("1: a=7 m=1", "2: m=2"));
}

TEST(EpochReports, CountFromOneWhereTheProgramCountsFromZero) {
  EXPECT_THAT(epochs({"epoch=0 m=1", "epoch=1 m=2"}), ElementsAre("1: m=1", "2: m=2"));
}

TEST(EpochReports, NeverGoBack) {
  EXPECT_THAT(epochs({"epoch=3 m=1", "epoch=3 m=2", "epoch=1 m=3"}),
              ElementsAre("3: m=1", "4: m=2", "5: m=3"));
}

TEST(EpochReports, KeepEpochsWithoutTheMetric) {
  EXPECT_THAT(epochs({"epoch=1 a=7", "epoch=2 a=6", "epoch=3 a=5 m=1"}),
              ElementsAre("1: a=7", "2: a=6", "3: a=5 m=1"));
}

TEST(EpochReports, TakeALastNumberAsTheMetric) {
  EXPECT_THAT(epochs({"12", "34"}), ElementsAre("1: m=34"));
  EXPECT_THAT(epochs({"m=1", "34"}), ElementsAre("1: m=1")) << "unless it has been named";
}

TEST(EpochReports, TakeEachReportWhereThereIsNoMetric) {
  EXPECT_THAT(epochs({"a=1", "a=2"}, ""), ElementsAre("1: a=1", "2: a=2"));
}

TEST(EpochReports, FillTheColumnsOfTheDatabase) {
  EpochReports reports("val_f1");
  const auto records = reports.take(*read_report("train_loss=2 val_f1=0.5 epoch=1", ""));
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].train_loss, 2.0);
  EXPECT_TRUE(std::isnan(records[0].val_loss));
  EXPECT_FALSE(records[0].diverged()) << "what is not reported is no divergence";
  const search::Metric metric{"val_f1", search::Goal::kMaximize};
  EXPECT_EQ(metric.value(records[0]), 0.5);
}

TEST(EpochReports, KnowWhetherTheMetricWasEverFinite) {
  EpochReports reports("m");
  reports.take(*read_report("m=nan", ""));
  EXPECT_FALSE(reports.has_metric());
  reports.take(*read_report("m=1", ""));
  EXPECT_TRUE(reports.has_metric());
}

}  // namespace
}  // namespace hpsearch::runner

#include "runner/external/report_line.h"

#include <cmath>
#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hpsearch::runner {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

using Values = std::map<std::string, double>;

std::optional<Values> values(std::string_view line, std::string_view metric = "") {
  const auto report = read_report(line, metric);
  return report ? std::optional(Values(report->values.begin(), report->values.end()))
                : std::nullopt;
}

TEST(ReportLine, ReadsJsonObjects) {
  EXPECT_THAT(*values(R"({"epoch": 3, "val_loss": 0.41, "name": "x", "ok": true, "no": null})"),
              ElementsAre(Pair("epoch", 3.0), Pair("ok", 1.0), Pair("val_loss", 0.41)));
  EXPECT_THAT(*values(R"(  {"val": {"loss": 2, "top": {"1": 0.5}}}  )"),
              ElementsAre(Pair("val.loss", 2.0), Pair("val.top.1", 0.5)));
  EXPECT_FALSE(values(R"({"val_loss": 0.41)")) << "half a line of a killed program";
  EXPECT_FALSE(values("[1, 2]"));
}

TEST(ReportLine, ReadsPythonsInfinities) {
  const auto read = *values(R"({"a": NaN, "b": -Infinity, "c": Infinity, "d NaN \" NaN": 1})");
  EXPECT_TRUE(std::isnan(read.at("a")));
  EXPECT_EQ(read.at("b"), -INFINITY);
  EXPECT_EQ(read.at("c"), INFINITY);
  EXPECT_EQ(read.at("d NaN \" NaN"), 1.0) << "words in texts stay";
}

TEST(ReportLine, ReadsNothingButPairs) {
  EXPECT_THAT(*values("epoch=3 val_loss=0.41"),
              ElementsAre(Pair("epoch", 3.0), Pair("val_loss", 0.41)));
  EXPECT_THAT(*values("loss=1e-3, acc=+0.5; mode=fast"),
              ElementsAre(Pair("acc", 0.5), Pair("loss", 1e-3)));
  EXPECT_FALSE(values("epoch 3: loss=0.41")) << "a sentence is no report";
  EXPECT_FALSE(values("loss= 0.41"));
  EXPECT_FALSE(values(""));
}

TEST(ReportLine, FindsAMetricWhoseNameHasBlanks) {
  EXPECT_THAT(*values("Episode reward (mean) = 3.5", "Episode reward (mean)"),
              ElementsAre(Pair("Episode reward (mean)", 3.5)));
  EXPECT_FALSE(values("Episode reward (mean) was 3.5", "Episode reward (mean)"));
}

TEST(ReportLine, ReadsOneNumber) {
  EXPECT_EQ(read_report(" 0.41\r", "")->bare, 0.41);
  EXPECT_EQ(read_report("-3", "")->bare, -3.0);
  EXPECT_TRUE(std::isnan(*read_report("nan", "")->bare));
  EXPECT_FALSE(read_report("0.41 0.42", ""));
  EXPECT_FALSE(read_report("0x10", ""));
}

TEST(ReportLine, FindsTheStandInsReportBehindOtherText) {
  EXPECT_THAT(*values(R"(50%|####   {"_hpsearch": "wandb", "_step": 4, "val/loss": 0.5})"),
              ElementsAre(Pair("_step", 4.0), Pair("val/loss", 0.5)));
}

}  // namespace
}  // namespace hpsearch::runner

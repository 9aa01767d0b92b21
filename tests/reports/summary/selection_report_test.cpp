#include "reports/summary/selection_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/reports/report_database.h"

namespace hpsearch::reports {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

storage::TrialTable example() {
  using C = storage::Cell;
  const auto i = [](std::int64_t n) { return C(n); };
  return {{"rank", "trial", "trial_id", "state", "value", "score", "stage", "best_epoch", "seconds",
           "hidden", "learning_rate", "param_value"},
          {{i(1), i(7), i(8), C("complete"), C(0.1 + 0.2), C(-0.3), i(0), i(4), C(1.234),
            C("[64, 32]"), C(1e-5), C("a|b\nc")},
           {C(), i(9), i(10), C("diverged"), C(), C(), i(0), C(), C(0.5), C("[64]"), C(1e22),
            C("say \"x\"")}}};
}

class SelectionReport : public testing::Test {
 protected:
  SweepReport report() {
    const auto queries_opened = storage::open_queries(database.file);
    storage::Queries& queries = *queries_opened;
    return read_report(queries, queries.newest_sweep().value(), 10);
  }
  ReportDatabase database;
};

TEST_F(SelectionReport, AsTextHasStatesOnlyWhereTheyDiffer) {
  EXPECT_THAT(
      selection_text(report(), example(), States::kAll, 10, 100),
      EndsWith(
          "\n\n"
          "rank  trial  state     val_accuracy  epoch  seconds    hidden  learning_rate  "
          "param_value\n"
          "   1      7  complete           0.3      4     1.23  [64, 32]          1e-05        "
          "a|b?c\n"
          "   -      9  diverged             -      -     0.50      [64]          1e+22      "
          "say \"x\"\n"));
  EXPECT_THAT(selection_text(report(), example(), States::kRankedOnly, 1, 60),
              EndsWith("\n\n"
                       "rank  trial  val_accuracy  epoch  seconds    hidden\n"
                       "   1      7           0.3      4     1.23  [64, 32]\n"
                       "(not shown: learning_rate, param_value; --json has all)\n"
                       "(1 of 2 trials; --top shows more)\n"));
  EXPECT_THAT(selection_text(report(), {example().columns, {}}, States::kAll, 10, 100),
              EndsWith("\n\nno trial matches\n"));
}

TEST_F(SelectionReport, AsCsvKeepsEveryDigitAndQuotesWhatNeedsIt) {
  EXPECT_EQ(to_csv(selection_table(example(), 10, Digits::kAll)),
            "rank,trial,trial_id,state,value,score,stage,best_epoch,seconds,hidden,learning_rate,"
            "param_value\r\n"
            "1,7,8,complete,0.30000000000000004,-0.3,0,4,1.234,\"[64, 32]\",1e-5,\"a|b\nc\"\r\n"
            ",9,10,diverged,,,0,,0.5,[64],1e22,\"say \"\"x\"\"\"\r\n");
  EXPECT_THAT(to_csv(selection_table(example(), 1, Digits::kAll)), EndsWith("\"a|b\nc\"\r\n"));
}

TEST_F(SelectionReport, AsMarkdownEscapesWhatWouldBreakItsTable) {
  EXPECT_EQ(selection_markdown(report(), example(), States::kAll, 10),
            "| rank | trial | state | val_accuracy | epoch | seconds | hidden | learning_rate | "
            "param_value |\n"
            "| --: | --: | :-- | --: | --: | --: | --: | --: | --: |\n"
            "| 1 | 7 | complete | 0.3 | 4 | 1.23 | [64, 32] | 1e-05 | a\\|b?c |\n"
            "| - | 9 | diverged | - | - | 0.50 | [64] | 1e+22 | say \"x\" |\n");
}

TEST_F(SelectionReport, AsJsonHasRowsBesideTheRest) {
  const storage::TrialTable table = example();
  const auto json = nlohmann::json::parse(json_report(report(), std::nullopt, &table, 2));
  EXPECT_EQ(json.at("format"), 1);
  EXPECT_TRUE(json.contains("leaderboard"));
  ASSERT_EQ(json.at("rows").size(), 2U);
  EXPECT_EQ(json.at("rows")[0].at("value"), 0.1 + 0.2);
  EXPECT_EQ(json.at("rows")[0].at("param_value"), "a|b\nc");
  EXPECT_TRUE(json.at("rows")[1].at("value").is_null());
}

}  // namespace
}  // namespace hpsearch::reports

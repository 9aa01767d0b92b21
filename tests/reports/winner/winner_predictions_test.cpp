#include "reports/winner/winner_predictions.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/reports/report_database.h"

namespace hpsearch::reports {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

WinnerPredictions of_classes() {
  WinnerPredictions p;
  p.trial = 7;
  p.epoch = 3;
  p.part = "test";
  p.task = "classification";
  p.rows = 10;
  p.correct = 7;
  p.classes = {"cat", "dog"};
  p.matrix = {{5, 1}, {2, 2}};
  p.confusions = {{"dog", "cat", 2}, {"cat", "dog", 1}};
  p.image = {1, 2};
  WinnerPredictions::Row row;
  row.row = 42;
  row.loss = 2.5;
  row.truth = "dog";
  row.predicted = "cat\x1b";
  row.truth_probability = 0.0821;
  row.predicted_probability = 0.75;
  row.pixels = {0, 255};
  p.worst.push_back(row);
  row.row = 3;
  row.loss = std::nullopt;
  row.pixels = {};
  p.worst.push_back(row);
  return p;
}

WinnerPredictions of_numbers() {
  WinnerPredictions p;
  p.part = "validation";
  p.task = "regression";
  p.rows = 5;
  p.targets = {"a", "b"};
  WinnerPredictions::Row row;
  row.row = 1;
  row.loss = 0.5;
  row.true_values = {10.0, 2.0};
  row.predicted_values = {12.5, -1.0};
  p.worst.push_back(row);
  return p;
}

TEST(WinnerPredictions, AreReadAsTheyWereWritten) {
  for (const WinnerPredictions& p : {of_classes(), of_numbers()}) {
    const auto read = predictions_of_json(to_json(p));
    ASSERT_TRUE(read);
    EXPECT_EQ(to_json(*read), to_json(p));
    EXPECT_EQ(read->trial, p.trial);
    EXPECT_EQ(read->part, p.part);
    EXPECT_EQ(read->matrix, p.matrix);
    EXPECT_EQ(read->image, p.image);
    EXPECT_EQ(read->targets, p.targets);
    ASSERT_EQ(read->worst.size(), p.worst.size());
    for (std::size_t i = 0; i < p.worst.size(); ++i) {
      EXPECT_EQ(read->worst[i].pixels, p.worst[i].pixels);
      EXPECT_EQ(read->worst[i].loss, p.worst[i].loss);
      EXPECT_EQ(read->worst[i].true_values, p.worst[i].true_values);
      EXPECT_EQ(read->worst[i].predicted_values, p.worst[i].predicted_values);
    }
  }
}

TEST(WinnerPredictions, AreNothingWhereTheFileIsDamaged) {
  const std::string text = to_json(of_classes());
  for (std::size_t length = 0; length + 2 < text.size(); length += 7) {
    EXPECT_FALSE(predictions_of_json(text.substr(0, length)));
  }
  EXPECT_FALSE(predictions_of_json("[]"));
  EXPECT_FALSE(predictions_of_json("{\"format\":1}"));
  EXPECT_FALSE(predictions_of_json("{\"format\":2}"));
  // Inconsistent parts are dropped, and nothing reads out of bounds.
  auto odd = of_classes();
  odd.matrix = {{1}};
  odd.worst[0].pixels = {1, 2, 3};
  const auto read = predictions_of_json(to_json(odd));
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->matrix.empty());
  EXPECT_TRUE(read->worst[0].pixels.empty());
}

TEST(WinnerPredictions, AreShownAsAMatrixAndTheWorstRows) {
  EXPECT_EQ(predictions_text(of_classes(), 80),
            "7 of 10 test rows correct; rows are true classes, columns predicted classes\n"
            "true  cat  dog\n"
            "cat     5    1\n"
            "dog     2    2\n"
            "\n"
            "the test rows with the largest loss, counted from 0\n"
            "row  true class  its probability  predicted  its probability  loss\n"
            " 42  dog                   8.2 %  cat?                75.0 %   2.5\n"
            "  3  dog                   8.2 %  cat?                75.0 %     -\n");
}

TEST(WinnerPredictions, AreShownAsTheMostFrequentConfusionsWhereTheMatrixDoesNotFit) {
  EXPECT_THAT(predictions_text(of_classes(), 13), HasSubstr("7 of 10 test rows correct\n"
                                                            "  dog mistaken for cat: 2 rows\n"
                                                            "  cat mistaken for dog: 1 row\n"));
  auto many = of_classes();
  many.classes.clear();
  many.matrix.clear();
  EXPECT_THAT(predictions_text(many, 80), HasSubstr("  dog mistaken for cat: 2 rows\n"));
}

TEST(WinnerPredictions, OfNumbersAreTheWorstRows) {
  EXPECT_EQ(predictions_text(of_numbers(), 80),
            "the validation rows with the largest loss, counted from 0\n"
            "row  true   predicted  loss\n"
            "  1  10, 2  12.5, -1    0.5\n");
}

Explanation of_a_winner() {
  Explanation e;
  e.trivial_answer = "the most frequent class, cat\x1b";
  e.linear_rows = 80;
  e.training_rows = 100;
  e.parts = {{"validation",
              {{"loss", 0.25}, {"accuracy", 0.9}},
              {{"loss", 0.5}, {"accuracy", 0.8}},
              {{"loss", 0.75}, {"accuracy", 0.6}}}};
  e.columns = {"accuracy", 40, 50, 10, {{"area", 0.3, 0.0125}, {"colour", std::nan(""), 0.0}}, ""};
  e.reliability = {0.05, 0.85, 0.9, {{4, 0.55, 0.5}, {16, 0.925, 1.0}}};
  e.pairs = {{"price", 7, std::nan(""), 0.5, {{1.0, 2.5}, {1e6 / 3.0, -4.0}}, 1.5, 3.0}};
  return e;
}

TEST(WinnerPredictions, KeepWhatExplainsThem) {
  WinnerPredictions p = of_classes();
  EXPECT_FALSE(predictions_of_json(to_json(p))->explanation) << "a file of before";
  p.explanation = of_a_winner();
  const auto read = predictions_of_json(to_json(p));
  ASSERT_TRUE(read && read->explanation);
  EXPECT_EQ(to_json(*read), to_json(p));
  const Explanation& e = *read->explanation;
  EXPECT_EQ(value_of(e.parts.at(0).linear, "accuracy"), 0.8);
  EXPECT_TRUE(std::isnan(value_of(e.parts[0].linear, "auc")));
  EXPECT_EQ(e.columns.columns.at(0).deviation, 0.0125);
  EXPECT_EQ(e.reliability.bins.at(1).rows, 16U);
  EXPECT_TRUE(std::isnan(e.pairs.at(0).correlation));
  EXPECT_EQ(e.pairs[0].pairs.at(1).truth, 333333.0) << "six digits to draw";
  EXPECT_EQ(e.pairs[0].most_within, 3.0);
  // Damage to it is damage to the file.
  std::string text = to_json(p);
  text.replace(text.find("\"trivial_answer\""), 16, "\"trivial_ansWer\"");
  EXPECT_FALSE(predictions_of_json(text));
}

nn::LabelComparison labels_of_a_winner() {
  return {
      "yes\x1b",
      {{"most_probable", 0.5, false, 0.9, 0.625, 0.7}, {"share", 0.1127, true, 0.85, 0.875, 0.75}}};
}

TEST(WinnerPredictions, KeepTheLabelsByEachRule) {
  WinnerPredictions p = of_classes();
  p.explanation = of_a_winner();
  p.explanation->labels = labels_of_a_winner();
  const auto read = predictions_of_json(to_json(p));
  ASSERT_TRUE(read && read->explanation);
  const nn::LabelComparison& labels = read->explanation->labels;
  EXPECT_EQ(labels.second_class, "yes\x1b");
  ASSERT_EQ(labels.rules.size(), 2U);
  EXPECT_EQ(labels.rules[1].rule, "share");
  EXPECT_TRUE(labels.rules[1].used);
  EXPECT_EQ(labels.rules[1].threshold, 0.1127);
  EXPECT_EQ(labels.rules[0].balanced_accuracy, 0.625);
  EXPECT_EQ(labels.rules[0].f1, 0.7);
  // A file of before has none.
  std::string text = to_json(p);
  text.replace(text.find("\"labels\""), 8, "\"other\"");
  const auto old = predictions_of_json(text);
  ASSERT_TRUE(old && old->explanation);
  EXPECT_TRUE(old->explanation->labels.rules.empty());
}

TEST(WinnerPredictions, ShowTheLabelsByEachRule) {
  nn::LabelComparison labels = labels_of_a_winner();
  EXPECT_EQ(labels_text(labels, 100),
            "labels: predict writes 'yes?' where its probability is above 0.1127, its share of the "
            "training rows\n"
            "labels         accuracy  balanced_accuracy    f1\n"
            "most probable       0.9              0.625   0.7\n"
            "above 0.1127       0.85              0.875  0.75\n");
  labels.rules[0].used = true;
  labels.rules[1].used = false;
  EXPECT_THAT(labels_text(labels, 100),
              StartsWith("labels: predict writes the most probable class\n"));
  labels.rules.pop_back();
  EXPECT_EQ(labels_text(labels, 100), "") << "nothing to compare";
}

TEST(WinnerPredictions, AreExplainedInLinesAndATable) {
  const Explanation e = of_a_winner();
  EXPECT_EQ(baseline_text(e, "val_accuracy"),
            "val_accuracy 0.8 of a linear model, 0.6 of the most frequent class, cat?");
  EXPECT_EQ(baseline_text(e, "grad_norm"),
            "val_loss 0.5 of a linear model, 0.75 of the most frequent class, cat?");
  Explanation wide = e;
  wide.parts[0].linear.clear();
  EXPECT_EQ(baseline_text(wide, "train_accuracy"),
            "val_accuracy 0.6 of the most frequent class, cat?");
  wide.parts[0].part = "test";
  EXPECT_EQ(baseline_text(wide, "val_accuracy"),
            "test accuracy 0.6 of the most frequent class, cat?");
  EXPECT_EQ(baseline_text({}, "val_accuracy"), "");
  EXPECT_EQ(columns_text(e.columns, 1, 100),
            "columns that the network depends on: 10 shuffles of each over 40 rows\n"
            "column  accuracy lost  spread\n"
            "area              0.3  0.0125\n"
            "(1 more: report --html)\n");
  EXPECT_EQ(quality_text(e.reliability, e.pairs),
            "calibration: mean confidence 0.85, accuracy 0.9; expected calibration error 0.05\n"
            "predicted against true: correlation -, bias 0.5; half within 1.5, 90 % within 3\n");
  EXPECT_EQ(quality_text({}, {}) + columns_text({}, 5, 80), "");
}

TEST(WinnerPredictions, AreReadForTheWinner) {
  ReportDatabase database;
  database.add_trials();
  database.run("INSERT INTO artifacts VALUES (2, 'predictions', 'x.db.files/p.json', 8, 'c0de')");
  std::filesystem::create_directory(database.folder.path() / "x.db.files");
  database.folder.write("x.db.files/p.json", to_json(of_classes()));
  const auto queries_opened = storage::open_queries(database.file);
  storage::Queries& queries = *queries_opened;
  const auto read = read_winner_predictions(queries, *queries.newest_sweep());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->correct, 7U);
  EXPECT_FALSE(read_trial_predictions(queries, 1));
}

}  // namespace
}  // namespace hpsearch::reports

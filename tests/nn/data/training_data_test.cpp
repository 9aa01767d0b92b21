#include "nn/data/training_data.h"

#include <cmath>
#include <memory>

#include <gtest/gtest.h>

#include "nn/files/data_error.h"
#include "tests/nn/small_data.h"

namespace hpsearch::nn {
namespace {

std::shared_ptr<const Dataset> digits() {
  return std::make_shared<const Dataset>(load_dataset({"digits", {}}));
}

TEST(TrainingData, SharesTheDataSetAndScalesByItsTrainingPart) {
  const std::shared_ptr<const Dataset> dataset = digits();
  const TrainingData data = prepare(dataset, SplitSpec{}, Preprocess::kStandardize);
  EXPECT_EQ(data.dataset, dataset);
  EXPECT_EQ(data.split.train, split_rows(*dataset, SplitSpec{}).train);
  const ColumnScaling expected = fit_scaling(*dataset, data.split.train, Preprocess::kStandardize);
  EXPECT_EQ(data.scaling.scale, expected.scale);
  EXPECT_EQ(data.scaling.shift, expected.shift);
}

TEST(TrainingData, DoesNotLookAtTheValidationAndTestRows) {
  const std::shared_ptr<const Dataset> dataset = digits();
  const TrainingData before = prepare(dataset, SplitSpec{}, Preprocess::kStandardize);
  Dataset changed = *dataset;
  for (const std::vector<std::uint32_t>* part : {&before.split.validation, &before.split.test}) {
    for (const std::uint32_t row : *part) {
      for (std::size_t c = 0; c < changed.columns; ++c) {
        changed.features[row * changed.columns + c] = 255;
      }
    }
  }
  const TrainingData after =
      prepare(std::make_shared<const Dataset>(changed), SplitSpec{}, Preprocess::kStandardize);
  EXPECT_EQ(before.scaling.scale, after.scaling.scale);
  EXPECT_EQ(before.scaling.shift, after.scaling.shift);
}

TEST(TrainingData, RefusesWhatCannotBeSplit) {
  SplitSpec spec;
  spec.validation = PartSize::rows(5000);
  EXPECT_THROW(prepare(digits(), spec, Preprocess::kUnit), DataError);
}

TEST(TargetScaling, HasMeanAndPopulationDeviationOfTheTrainingPart) {
  const Dataset dataset = numbered({2.0F, 4.0F, 9.0F, 1000.0F});
  const std::vector<std::uint32_t> train{0, 1, 2};
  const TargetScaling scaling = fit_targets(dataset, train, true).at(0);
  EXPECT_DOUBLE_EQ(scaling.mean, 5.0);
  EXPECT_DOUBLE_EQ(scaling.deviation, std::sqrt((9.0 + 1.0 + 16.0) / 3.0));
  EXPECT_FLOAT_EQ(scaling.in_training_units(9.0F), 4.0F / std::sqrt(26.0F / 3.0F));
  EXPECT_NEAR(scaling.in_own_units(scaling.in_training_units(9.0F)), 9.0, 1e-6);
  const TargetScaling plain = fit_targets(dataset, train, false).at(0);
  EXPECT_EQ(plain.in_training_units(9.0F), 9.0F);
  EXPECT_EQ(plain.in_own_units(9.0F), 9.0);
}

TEST(TargetScaling, RefusesATargetWithoutAnythingToLearn) {
  const Dataset dataset = numbered({7.5F, 7.5F, 7.5F, 8.0F});
  const std::vector<std::uint32_t> train{0, 1, 2};
  for (const bool standardize : {true, false}) {
    try {
      fit_targets(dataset, train, standardize);
      FAIL();
    } catch (const DataError& error) {
      EXPECT_EQ(std::string(error.what()),
                "data set 'small': the target of all rows that are left to train on (3) is 7.5; "
                "give a target that varies, or make the validation and the test part smaller");
    }
  }
}

// Rows of two targets each.
Dataset two_targets() {
  Dataset dataset = numbered({2.0F, 10.0F, 4.0F, 30.0F, 9.0F, 20.0F, 1000.0F, 20.0F});
  dataset.rows = 4;
  dataset.features = {0, 1, 2, 3};
  dataset.outputs = 2;
  dataset.target_name = "a";
  dataset.further_target_names = {"b"};
  return dataset;
}

TEST(TargetScaling, IsLearntForEachTarget) {
  const TrainingData data = split_at(two_targets(), 3);
  ASSERT_EQ(data.targets.size(), 2U);
  EXPECT_DOUBLE_EQ(data.targets[0].mean, 5.0);
  EXPECT_DOUBLE_EQ(data.targets[0].deviation, std::sqrt(26.0 / 3.0));
  EXPECT_DOUBLE_EQ(data.targets[1].mean, 20.0);
  EXPECT_DOUBLE_EQ(data.targets[1].deviation, std::sqrt(200.0 / 3.0));
  std::vector<float> values;
  const std::vector<std::uint32_t> rows{2, 0};
  gather_targets(data, rows, values);
  ASSERT_EQ(values.size(), 4U);
  EXPECT_FLOAT_EQ(values[0], static_cast<float>(4.0 / std::sqrt(26.0 / 3.0)));
  EXPECT_FLOAT_EQ(values[1], 0.0F);
  EXPECT_FLOAT_EQ(values[2], static_cast<float>(-3.0 / std::sqrt(26.0 / 3.0)));
  EXPECT_FLOAT_EQ(values[3], static_cast<float>(-10.0 / std::sqrt(200.0 / 3.0)));
}

TEST(TargetScaling, NamesTheTargetThatHasNothingToLearn) {
  const std::vector<std::uint32_t> train{2, 3};
  try {
    fit_targets(two_targets(), train, true);
    FAIL();
  } catch (const DataError& error) {
    EXPECT_EQ(std::string(error.what()),
              "data set 'small': the target 'b' of all rows that are left to train on (2) is 20; "
              "give a target that varies, or make the validation and the test part smaller");
  }
}

TEST(TrainingData, CountsTheRowsOfEachClass) {
  const Dataset dataset = labelled(Task::kClassification, {2, 0, 2, 2, 1}, 4);
  const std::vector<std::uint32_t> train{0, 1, 2};
  EXPECT_EQ(class_rows(dataset, train), (std::vector<std::size_t>{1, 0, 2, 0}));
  EXPECT_TRUE(class_rows(numbered({1.0F, 2.0F}), train).empty());
}

TEST(SplitNotes, NameTheClassesThatAreNotTrainedOn) {
  Dataset dataset = labelled(Task::kClassification, {0, 1, 2, 2, 3}, 5);
  const Split split{{0, 1}, {2, 3}, {4}};
  EXPECT_EQ(split_notes(dataset, split),
            (std::vector<std::string>{
                "class 2 has no row to train on, but 2 to validate and 0 to test on",
                "class 3 has no row to train on, but 0 to validate and 1 to test on"}));
  dataset.class_names = {"a", "b", "c", "d", "e"};
  EXPECT_EQ(split_notes(dataset, split)[0],
            "class 'c' has no row to train on, but 2 to validate and 0 to test on");
  EXPECT_TRUE(split_notes(numbered({1.0F, 2.0F}), {{0}, {1}, {}}).empty());
  std::vector<std::uint32_t> many(20);
  std::iota(many.begin(), many.end(), 0U);
  const Dataset large = labelled(Task::kClassification, many, 20);
  const std::vector<std::string> notes =
      split_notes(large, {{0, 1}, {many.begin() + 2, many.end()}, {}});
  EXPECT_EQ(notes.size(), 9U);
  EXPECT_EQ(notes.back(), "10 more classes have no row to train on");
}

// Of a table only: images come with parts that others have chosen.
TEST(SplitNotes, NameTheClassesThatAPartLeavesOut) {
  Dataset dataset = labelled(Task::kClassification, {0, 1, 0, 1, 0, 2, 2}, 3);
  dataset.class_names = {"a", "b", "c"};
  EXPECT_TRUE(split_notes(dataset, {{0, 1, 5}, {2, 3}, {4}}).empty());
  dataset.table = std::make_shared<const Table>();
  EXPECT_EQ(
      split_notes(dataset, {{0, 1, 5, 6}, {2, 3}, {4}}),
      (std::vector<std::string>{
          "class 'b' has too few rows for every part: 1 to train, 1 to validate and 0 to test "
          "on; the metrics of the test part leave it out",
          "class 'c' has too few rows for every part: 2 to train, 0 to validate and 0 to test "
          "on; the metrics of the validation and the test part leave it out"}));
  EXPECT_EQ(
      split_notes(dataset, {{0, 1, 5, 6}, {2, 3}, {}}),
      (std::vector<std::string>{
          "class 'c' has too few rows for every part: 2 to train, 0 to validate and 0 to test "
          "on; the metrics of the validation part leave it out"}));
}

TEST(NetworkOutputs, AreOneAClassOrOneATarget) {
  EXPECT_EQ(network_outputs(labelled(Task::kClassification, {0, 1}, 2)), 2U);
  EXPECT_EQ(network_outputs(labelled(Task::kBinary, {0, 1}, 2)), 1U);
  EXPECT_EQ(network_outputs(numbered({1.0F, 2.0F})), 1U);
  EXPECT_EQ(network_outputs(two_targets()), 2U);
}

}  // namespace
}  // namespace hpsearch::nn

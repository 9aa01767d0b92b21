#include "nn/training_data.h"

#include <memory>

#include <gtest/gtest.h>

#include "nn/data_error.h"

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

}  // namespace
}  // namespace hpsearch::nn

#include "nn/training/prediction_tally.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/base/random.h"
#include "nn/network/loss.h"

namespace hpsearch::nn {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::size_t kStride = 16;

TrainingData data_of(Dataset dataset) {
  TrainingData data;
  data.targets.assign(dataset.task == Task::kRegression ? dataset.outputs : 0, {10.0, 2.0});
  data.dataset = std::make_shared<const Dataset>(std::move(dataset));
  return data;
}

Dataset labelled(Task task, std::size_t classes, std::vector<std::uint32_t> labels) {
  Dataset dataset;
  dataset.task = task;
  dataset.classes = classes;
  dataset.rows = labels.size();
  dataset.labels = std::move(labels);
  return dataset;
}

// Random logits, some of them tied and some very confident.
struct Example {
  TrainingData data;
  std::size_t width;
  std::vector<float> outputs;
  std::vector<std::uint32_t> rows;

  Example(Task task, std::size_t classes)
      : data(data_of(labelled(task, classes, random_labels(classes)))),
        width(task == Task::kBinary ? 1 : classes) {
    Stream stream(7, Purpose::kShuffle, 0, 1);
    outputs.resize(kRows * kStride);
    for (std::size_t i = 0; i < kRows; ++i) {
      rows.push_back(static_cast<std::uint32_t>(i));
      for (std::size_t j = 0; j < width; ++j) {
        outputs[i * kStride + j] = std::round(static_cast<float>(stream.uniform() * 20.0 - 10.0));
      }
    }
  }

  static constexpr std::size_t kRows = 200;
  static std::vector<std::uint32_t> random_labels(std::size_t classes) {
    Stream stream(3, Purpose::kShuffle, 0, 1);
    std::vector<std::uint32_t> labels(kRows);
    std::generate(labels.begin(), labels.end(),
                  [&] { return static_cast<std::uint32_t>(stream.below(classes)); });
    return labels;
  }
};

// The loss of one row by the trainer's own batch_loss().
std::pair<double, std::uint32_t> judge(const Example& e, std::uint32_t row) {
  BatchTargets targets;
  targets.task = e.data.dataset->task;
  targets.labels = std::span(e.data.dataset->labels).subspan(row, 1);
  std::uint32_t predicted = 0;
  const BatchLoss loss =
      batch_loss(e.outputs.data() + row * kStride, kStride, e.width, targets, {&predicted, 1});
  return {loss.loss, predicted};
}

class TallyOfClasses : public ::testing::TestWithParam<std::pair<Task, std::size_t>> {};

TEST_P(TallyOfClasses, AgreesWithTheTrainersLossRowByRow) {
  const Example e(GetParam().first, GetParam().second);
  PredictionTally tally(e.data, 12);
  tally.add(std::span(e.rows).first(70), e.outputs.data(), kStride);
  tally.add(std::span(e.rows).subspan(70), e.outputs.data() + 70 * kStride, kStride);
  EXPECT_EQ(tally.rows(), Example::kRows);

  std::vector<std::vector<std::size_t>> matrix(e.data.dataset->classes,
                                               std::vector<std::size_t>(e.data.dataset->classes));
  std::vector<std::pair<double, std::uint32_t>> losses;
  for (const std::uint32_t row : e.rows) {
    const auto [loss, predicted] = judge(e, row);
    ++matrix[e.data.dataset->labels[row]][predicted];
    losses.emplace_back(loss, row);
  }
  std::size_t pairs = 0;
  for (const ConfusionCount& count : tally.confusion()) {
    EXPECT_EQ(matrix[count.truth][count.predicted], count.rows);
    pairs += count.rows;
  }
  EXPECT_EQ(pairs, Example::kRows);

  std::stable_sort(losses.begin(), losses.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first + 1e-4; });
  const auto hardest = tally.hardest();
  ASSERT_THAT(hardest, SizeIs(12));
  for (std::size_t i = 0; i < hardest.size(); ++i) {
    EXPECT_NEAR(hardest[i].loss, losses[i].first, 1e-4);
    EXPECT_NEAR(hardest[i].loss, judge(e, hardest[i].row).first, 1e-4);
    EXPECT_EQ(hardest[i].truth, e.data.dataset->labels[hardest[i].row]);
    EXPECT_EQ(hardest[i].predicted, judge(e, hardest[i].row).second);
    EXPECT_NEAR(hardest[i].truth_probability, std::exp(-hardest[i].loss), 1e-12);
    EXPECT_GE(hardest[i].predicted_probability, hardest[i].truth_probability);
  }
}

INSTANTIATE_TEST_SUITE_P(All,
                         TallyOfClasses,
                         ::testing::Values(std::pair(Task::kClassification, std::size_t{3}),
                                           std::pair(Task::kClassification, std::size_t{10}),
                                           std::pair(Task::kBinary, std::size_t{2})));

TEST(PredictionTally, KeepsTheLowerRowOfEqualOnesAndPutsWhatIsNoNumberFirst) {
  const TrainingData data = data_of(labelled(Task::kClassification, 2, {0, 0, 0, 1, 0}));
  std::vector<float> outputs(5 * kStride);
  outputs[4 * kStride] = std::numeric_limits<float>::quiet_NaN();
  PredictionTally tally(data, 3);
  const std::vector<std::uint32_t> rows{0, 1, 2, 3, 4};
  tally.add(rows, outputs.data(), kStride);
  std::vector<std::uint32_t> kept;
  for (const HardRow& row : tally.hardest()) {
    kept.push_back(row.row);
  }
  EXPECT_THAT(kept, ElementsAre(4, 0, 1));
}

// The second class from a probability of 0.2 on, that is from an output of -ln 4 on.
TEST(PredictionTally, LabelsByAThreshold) {
  const TrainingData data = data_of(labelled(Task::kBinary, 2, {0, 1, 0, 1}));
  std::vector<float> outputs(4 * kStride);
  const double edge = -std::log(4.0);
  for (std::size_t row = 0; row < 4; ++row) {
    outputs[row * kStride] = static_cast<float>(edge + (row < 2 ? 0.01 : -0.01));
  }
  PredictionTally tally(data, 1, 0.2);
  tally.add(std::vector<std::uint32_t>{0, 1, 2, 3}, outputs.data(), kStride);
  std::vector<std::string> found;
  for (const ConfusionCount& count : tally.confusion()) {
    found.push_back(fmt::format("{}{}{}", count.truth, count.predicted, count.rows));
  }
  EXPECT_THAT(found, ElementsAre("001", "011", "101", "111"));
  // The hardest row has the least output, and is of class 1; its label is 0.
  const HardRow& row = tally.hardest().at(0);
  EXPECT_EQ(row.predicted, 0U);
  EXPECT_NEAR(row.predicted_probability, 1.0 / (1.0 + std::exp(edge - 0.01)), 1e-6);
  EXPECT_NEAR(row.truth_probability, 1.0 - row.predicted_probability, 1e-12);
}

TEST(PredictionTally, MayKeepNone) {
  const TrainingData data = data_of(labelled(Task::kClassification, 2, {1}));
  const std::vector<float> outputs(kStride);
  PredictionTally tally(data, 0);
  tally.add(std::vector<std::uint32_t>{0}, outputs.data(), kStride);
  EXPECT_THAT(tally.hardest(), IsEmpty());
  ASSERT_THAT(tally.confusion(), SizeIs(1));
  EXPECT_EQ(tally.confusion()[0].truth, 1U);
  EXPECT_EQ(tally.confusion()[0].predicted, 0U) << "the first of equals";
}

TEST(PredictionTally, GivesNumbersInTheUnitOfTheirTargets) {
  Dataset dataset;
  dataset.task = Task::kRegression;
  dataset.outputs = 2;
  dataset.rows = 2;
  dataset.targets = {10, 12, 14, 8};  // in training units, of mean 10 and deviation 2: 0, 1, 2, -1
  const TrainingData data = data_of(std::move(dataset));
  std::vector<float> outputs(2 * kStride);
  outputs[0] = 0.5F;
  outputs[1] = 1.0F;
  outputs[kStride] = 1.0F;
  outputs[kStride + 1] = 1.0F;
  PredictionTally tally(data, 2);
  tally.add(std::vector<std::uint32_t>{0, 1}, outputs.data(), kStride);
  EXPECT_THAT(tally.confusion(), IsEmpty());
  const auto hardest = tally.hardest();
  ASSERT_THAT(hardest, SizeIs(2));
  EXPECT_EQ(hardest[0].row, 1U);
  EXPECT_DOUBLE_EQ(hardest[0].loss, (1.0 + 4.0) / 2.0);
  EXPECT_THAT(hardest[0].true_values, ElementsAre(14.0, 8.0));
  EXPECT_THAT(hardest[0].predicted_values, ElementsAre(12.0, 12.0));
  EXPECT_DOUBLE_EQ(hardest[1].loss, 0.25 / 2.0);
}

}  // namespace
}  // namespace hpsearch::nn

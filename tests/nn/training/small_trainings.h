// Small trainings for the tests of saved states.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "nn/base/random.h"
#include "nn/training/trainer.h"
#include "tests/nn/small_data.h"

namespace hpsearch::nn {

inline constexpr std::uint64_t kSeed = 4711;
inline constexpr int kEpochs = 4;
inline constexpr std::size_t kTrainRows = 40;  // batches of 16: two full ones and a short one
inline constexpr std::size_t kColumns = 5;

inline TrainingData make_data(Task task) {
  constexpr std::size_t kRows = 57;
  Stream stream(1, Purpose::kSample);
  std::vector<float> values(kRows * kColumns);
  for (float& value : values) {
    value = static_cast<float>(stream.normal());
  }
  Dataset dataset = numbers(values, kColumns);
  for (std::size_t row = 0; row < kRows; ++row) {
    const float* x = &values[row * kColumns];
    const double y = static_cast<double>(x[0] - 2.0F * x[1] * x[2] + std::sin(3.0F * x[3]));
    dataset.targets[row] = y;
    dataset.labels.push_back(y < -0.7 ? 0U : y < 0.7 ? 1U : 2U);
  }
  if (task == Task::kRegression) {
    dataset.labels.clear();
  } else {
    dataset.task = task;
    dataset.classes = 3;
    dataset.targets.clear();
  }
  return split_at(std::move(dataset), kTrainRows);
}

inline const TrainingData& data_of(Task task) {
  static const TrainingData classes = make_data(Task::kClassification);
  static const TrainingData numbers = make_data(Task::kRegression);
  return task == Task::kRegression ? numbers : classes;
}

inline Settings usual() {
  Settings settings;
  settings.hidden = {12, 7};
  settings.batch_size = 16;
  settings.epochs = kEpochs;
  settings.learning_rate = 0.02;
  return settings;
}

inline void expect_same_bits(double a, double b, const std::string& what) {
  EXPECT_EQ(std::bit_cast<std::uint64_t>(a), std::bit_cast<std::uint64_t>(b)) << what;
}

inline void expect_same(const EpochRecord& a, const EpochRecord& b) {
  EXPECT_EQ(a.epoch, b.epoch);
  for (const EpochColumn& column : kEpochColumns) {
    if (column.role != EpochColumn::Role::kTime) {
      expect_same_bits(a.*column.field, b.*column.field, std::string(column.name));
    }
  }
  for (const EpochMetric& metric : kEpochMetrics) {
    expect_same_bits(a.*metric.field, b.*metric.field, std::string(metric.name));
  }
  ASSERT_EQ(a.series.size(), b.series.size());
  for (std::size_t i = 0; i < a.series.size(); ++i) {
    EXPECT_EQ(a.series[i].epoch, b.series[i].epoch);
    EXPECT_EQ(a.series[i].name, b.series[i].name);
    expect_same_bits(a.series[i].value, b.series[i].value, a.series[i].name);
  }
}

}  // namespace hpsearch::nn

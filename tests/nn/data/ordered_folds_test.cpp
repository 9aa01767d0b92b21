// Folds of rows in order: expanding windows.
#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/data/fold_split.h"
#include "nn/data/training_data.h"
#include "tests/nn/data/split_data.h"

namespace hpsearch::nn {
namespace {

using ::testing::HasSubstr;

// Where the parts end, in rows sorted by time, tried place by place: `times` has the number of rows
// of each time.
std::vector<std::size_t> brute_borders(const std::vector<std::size_t>& times, std::size_t parts) {
  std::size_t all = 0;
  for (const std::size_t count : times) {
    all += count;
  }
  std::vector<std::size_t> borders;
  std::size_t used = 0;   // times in the parts so far
  std::size_t taken = 0;  // rows in them
  for (std::size_t part = 1; part < parts; ++part) {
    const auto wanted = std::floor(static_cast<double>(all) * static_cast<double>(part) /
                                   static_cast<double>(parts));
    std::size_t best_used = 0;
    std::size_t best_end = 0;
    double best = 1e300;
    std::size_t end = taken;
    for (std::size_t next = used + 1; next <= times.size() - (parts - part); ++next) {
      end += times[next - 1];
      const double distance = std::abs(static_cast<double>(end) - wanted);
      if (distance <= best) {
        best = distance;
        best_used = next;
        best_end = end;
      }
    }
    borders.push_back(best_end);
    used = best_used;
    taken = best_end;
  }
  return borders;
}

TEST(OrderedFolds, TakeTheRowsThatBruteForceTakes) {
  std::mt19937 random(3);
  for (int round = 0; round < 300; ++round) {
    const std::size_t rows = 20 + random() % 60;
    const auto times = static_cast<unsigned>(5 + random() % 40);
    const int folds = 2 + static_cast<int>(random() % 4);
    Dataset data = cyclic(rows, 2);
    data.task = Task::kRegression;
    data.targets.assign(rows, 0.0);
    for (std::size_t row = 0; row < rows; ++row) {
      data.order.push_back(static_cast<double>(random() % times) / 4.0);
    }
    SplitSpec spec;
    spec.test = round % 2 == 0 ? PartSize::none() : PartSize{};
    Rows test;
    try {
      SplitSpec with_default = spec;
      test = split_rows(data, with_default).test;
    } catch (const std::exception&) {
      continue;  // too few times for the parts themselves
    }
    std::map<double, Rows> by_time;
    for (std::uint32_t row = 0; row < rows; ++row) {
      if (!std::binary_search(test.begin(), test.end(), row)) {
        by_time[data.order[row]].push_back(row);
      }
    }
    if (by_time.size() < static_cast<std::size_t>(folds) + 1) {
      EXPECT_THAT(data_error_of([&] { split_folds(data, spec, folds); }), HasSubstr("too few"));
      continue;
    }
    std::vector<std::size_t> counts;
    Rows sorted;
    for (const auto& [time, some] : by_time) {
      counts.push_back(some.size());
      sorted.insert(sorted.end(), some.begin(), some.end());
    }
    std::vector<std::size_t> borders = brute_borders(counts, static_cast<std::size_t>(folds) + 1);
    borders.push_back(sorted.size());
    const std::vector<Split> splits = split_folds(data, spec, folds);
    ASSERT_EQ(splits.size(), static_cast<std::size_t>(folds));
    for (std::size_t fold = 0; fold < splits.size(); ++fold) {
      const auto at = [&](std::size_t border) {
        return sorted.begin() + static_cast<std::ptrdiff_t>(border);
      };
      Rows train(sorted.begin(), at(borders[fold]));
      Rows validation(at(borders[fold]), at(borders[fold + 1]));
      std::sort(train.begin(), train.end());
      std::sort(validation.begin(), validation.end());
      EXPECT_EQ(splits[fold].train, train) << round << ' ' << fold;
      EXPECT_EQ(splits[fold].validation, validation) << round << ' ' << fold;
      EXPECT_EQ(splits[fold].test, test);
      // No network learns from a row that is not earlier than all that judge it.
      for (const std::uint32_t row : train) {
        EXPECT_LT(data.order[row], data.order[validation.front()]);
      }
    }
  }
}

// Which rows the folds have is part of what results mean: never change these.
TEST(OrderedFolds, TakeTheseRows) {
  Dataset data = cyclic(12, 2);
  for (int row = 0; row < 12; ++row) {
    data.order.push_back(11 - row);
  }
  const std::vector<Split> folds = split_folds(data, spec_of({}, PartSize::none()), 3);
  EXPECT_EQ(folds[0].train, (Rows{9, 10, 11}));
  EXPECT_EQ(folds[0].validation, (Rows{6, 7, 8}));
  EXPECT_EQ(folds[1].train, (Rows{6, 7, 8, 9, 10, 11}));
  EXPECT_EQ(folds[1].validation, (Rows{3, 4, 5}));
  EXPECT_EQ(folds[2].validation, (Rows{0, 1, 2}));
}

TEST(OrderedFolds, RefuseWhatTheyCannotCut) {
  Dataset data = cyclic(20, 2);
  for (int row = 0; row < 20; ++row) {
    data.order.push_back(row / 5);
  }
  EXPECT_THAT(data_error_of([&] { split_folds(data, spec_of({}, PartSize::none()), 5); }),
              HasSubstr("4 different values of the order column are too few for 5 folds in order, "
                        "which take 6 of them; write folds: 3 or fewer"));
}

// Features are scaled by all rows outside the test part, as those of other folds.
TEST(OrderedFolds, ShareTheirFeatures) {
  auto data = std::make_shared<Dataset>(cyclic(40, 2));
  for (int row = 0; row < 40; ++row) {
    data->order.push_back(row);
  }
  const TrainingData prepared =
      prepare_folds(data, split_folds(*data, {}, 3), std::nullopt, std::nullopt, 0.0);
  ASSERT_EQ(prepared.folds.size(), 3U);
  EXPECT_EQ(prepared.folds[2]->split.train.size() + prepared.folds[2]->split.validation.size(),
            32U);
  EXPECT_EQ(prepared.folds[0]->dataset, prepared.folds[2]->dataset);
}

}  // namespace
}  // namespace hpsearch::nn

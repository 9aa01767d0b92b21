#include "nn/data/fold_split.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/data/training_data.h"
#include "tests/nn/data/split_data.h"

namespace hpsearch::nn {
namespace {

using ::testing::HasSubstr;

// 200 rows of four classes of 8, 32, 64 and 96 rows, in no order.
Dataset uneven() {
  std::vector<std::uint32_t> labels;
  for (std::uint32_t row = 0; row < 200; ++row) {
    const std::uint32_t place = row * 77 % 200;
    labels.push_back(place < 8 ? 0U : place < 40 ? 1U : place < 104 ? 2U : 3U);
  }
  return labelled(std::move(labels));
}

// How often each row is in a part.
std::map<std::uint32_t, int> uses(const std::vector<Split>& folds, Rows Split::*part) {
  std::map<std::uint32_t, int> count;
  for (const Split& fold : folds) {
    for (const std::uint32_t row : fold.*part) {
      ++count[row];
    }
  }
  return count;
}

void expect_partition(const Dataset& data, const SplitSpec& spec, int folds) {
  const std::vector<Split> all = split_folds(data, spec, folds);
  ASSERT_EQ(all.size(), static_cast<std::size_t>(folds));
  SplitSpec alone = spec;
  alone.validation = {};
  const Rows test = split_rows(data, alone).test;
  const auto judged = uses(all, &Split::validation);
  const auto trained = uses(all, &Split::train);
  for (std::uint32_t row = 0; row < data.rows; ++row) {
    const bool tests = std::binary_search(test.begin(), test.end(), row);
    EXPECT_EQ(judged.contains(row) ? judged.at(row) : 0, tests ? 0 : 1) << row;
    EXPECT_EQ(trained.contains(row) ? trained.at(row) : 0, tests ? 0 : folds - 1) << row;
  }
  for (const Split& fold : all) {
    EXPECT_EQ(fold.test, test);
    EXPECT_TRUE(std::is_sorted(fold.train.begin(), fold.train.end()));
    EXPECT_TRUE(std::is_sorted(fold.validation.begin(), fold.validation.end()));
  }
}

TEST(FoldSplit, JudgesByEachRowOutsideTheTestPartOnce) {
  for (const int folds : {2, 3, 5, 10}) {
    expect_partition(uneven(), {}, folds);
    expect_partition(uneven(), spec_of({}, PartSize::none()), folds);
    expect_partition(cyclic(60, 3, 12), {}, folds);
  }
  Dataset own = cyclic(60, 3, 12);
  own.own_validation_rows = 15;  // which join the others
  expect_partition(own, {}, 4);
  Dataset numbers;
  numbers.task = Task::kRegression;
  numbers.rows = 53;
  numbers.targets.assign(53, 0.0);
  expect_partition(numbers, {}, 5);
}

TEST(FoldSplit, DividesEachClassAndAllRowsEvenly) {
  const Dataset data = uneven();
  for (const int folds : {2, 3, 5, 7}) {
    std::vector<std::vector<std::size_t>> of_class(data.classes);
    std::vector<std::size_t> sizes;
    for (const Split& fold : split_folds(data, {}, folds)) {
      const auto counts = count_classes(data, fold.validation);
      for (std::size_t label = 0; label < data.classes; ++label) {
        of_class[label].push_back(counts[label]);
      }
      sizes.push_back(fold.validation.size());
    }
    of_class.push_back(sizes);
    for (const auto& counts : of_class) {
      const auto [least, most] = std::minmax_element(counts.begin(), counts.end());
      EXPECT_LE(*most - *least, 1U);
    }
  }
}

TEST(FoldSplit, DependsOnItsSeedAlone) {
  const Dataset data = uneven();
  SplitSpec other;
  other.seed = 1;
  const auto rows = [&](const SplitSpec& spec) { return split_folds(data, spec, 5)[2].validation; };
  EXPECT_EQ(rows({}), rows({}));
  EXPECT_NE(rows({}), rows(other));
}

// Which rows the folds have is part of what results mean: never change these.
TEST(FoldSplit, TakesTheseRows) {
  const std::vector<Split> folds = split_folds(cyclic(12, 2), spec_of({}, PartSize::none()), 3);
  EXPECT_EQ(folds[0].validation, (Rows{1, 4, 9, 10}));
  EXPECT_EQ(folds[1].validation, (Rows{0, 3, 6, 11}));
  EXPECT_EQ(folds[2].validation, (Rows{2, 5, 7, 8}));
}

TEST(FoldSplit, KeepsGroupsWhole) {
  Dataset data = cyclic(90, 2);
  for (std::uint32_t row = 0; row < 90; ++row) {
    data.groups.push_back(row < 30 ? 0 : row / 6);  // one large group and ten small ones
  }
  const std::vector<Split> folds = split_folds(data, spec_of({}, PartSize::none()), 3);
  std::set<std::uint32_t> seen;
  for (const Split& fold : folds) {
    std::set<std::uint32_t> groups;
    for (const std::uint32_t row : fold.validation) {
      groups.insert(data.groups[row]);
    }
    for (const std::uint32_t group : groups) {
      EXPECT_TRUE(seen.insert(group).second) << group;
    }
    EXPECT_EQ(fold.validation.size(), 30U) << "the groups can be divided evenly";
  }
  EXPECT_EQ(seen.size(), 11U);
}

TEST(FoldSplit, RefusesWhatItCannotDivide) {
  EXPECT_THAT(
      data_error_of([&] { split_folds(cyclic(4, 2), spec_of({}, PartSize::none()), 5); }),
      HasSubstr("4 rows are too few for 5 folds; write folds: 4 or fewer, or give more rows"));
  Dataset grouped = cyclic(40, 2);
  for (std::uint32_t row = 0; row < 40; ++row) {
    grouped.groups.push_back(row / 10);
  }
  EXPECT_THAT(data_error_of([&] { split_folds(grouped, spec_of({}, PartSize::none()), 5); }),
              HasSubstr("4 groups are too few for 5 folds"));
  EXPECT_THAT(data_error_of([&] {
                split_folds(labelled({0, 0, 0, 1}), spec_of({}, PartSize::none()), 2);
              }),
              HasSubstr("one class"));
}

// Features are made once for all folds; each fold scales the target by its own rows.
TEST(PrepareFolds, SharesTheFeaturesAndScalesEachFoldsTarget) {
  Dataset data;
  data.name = "numbers";
  data.task = Task::kRegression;
  data.rows = 40;
  data.columns = 1;
  for (int row = 0; row < 40; ++row) {
    data.real_features.push_back(static_cast<float>(row % 7));
    data.targets.push_back(row * row);
  }
  const auto dataset = std::make_shared<const Dataset>(data);
  const TrainingData prepared = prepare_folds(dataset, split_folds(data, {}, 4));
  ASSERT_EQ(prepared.folds.size(), 4U);
  std::set<double> means;
  for (const auto& fold : prepared.folds) {
    EXPECT_EQ(fold->dataset, prepared.dataset);
    EXPECT_EQ(fold->scaling.centre, prepared.scaling.centre);
    double sum = 0.0;
    for (const std::uint32_t row : fold->split.train) {
      sum += data.targets[row];
    }
    EXPECT_NEAR(fold->targets[0].mean, sum / static_cast<double>(fold->split.train.size()), 1e-9);
    means.insert(fold->targets[0].mean);
    EXPECT_EQ(fold->split.test, prepared.split.test);
  }
  EXPECT_EQ(means.size(), 4U);
  // The scaling is that of all rows outside the test part.
  double sum = 0.0;
  for (std::uint32_t row = 0; row < 40; ++row) {
    const bool tests =
        std::binary_search(prepared.split.test.begin(), prepared.split.test.end(), row);
    sum += tests ? 0.0 : row % 7;
  }
  EXPECT_NEAR(prepared.scaling.centre[0], sum / 32.0, 1e-6);
}

}  // namespace
}  // namespace hpsearch::nn

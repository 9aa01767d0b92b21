// Splits by group, by order and for regression, and a source's own validation part.
#include <algorithm>
#include <set>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/base/random.h"
#include "tests/nn/data/split_data.h"

namespace hpsearch::nn {
namespace {

// Rows of these groups, of two classes by turns.
Dataset grouped(std::vector<std::uint32_t> groups) {
  Dataset data = cyclic(groups.size(), 2);
  data.groups = std::move(groups);
  return data;
}

TEST(Split, KeepsTheRowsOfAGroupInOnePart) {
  Stream random(21, Purpose::kSample);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::uint32_t> groups(60 + random.below(300));
    const std::uint64_t count = 10 + random.below(40);
    for (std::uint32_t& group : groups) {
      group = static_cast<std::uint32_t>(random.below(count));
    }
    const Dataset data = grouped(groups);
    SplitSpec spec;
    spec.seed = random.next_u64();
    const Split split = split_rows(data, spec);
    std::vector<int> part_of(count, -1);
    std::size_t all = 0;
    int part = 0;
    for (const Rows* rows : {&split.train, &split.validation, &split.test}) {
      ASSERT_FALSE(rows->empty());
      ASSERT_TRUE(std::is_sorted(rows->begin(), rows->end()));
      all += rows->size();
      for (const std::uint32_t row : *rows) {
        ASSERT_TRUE(part_of[groups[row]] == -1 || part_of[groups[row]] == part);
        part_of[groups[row]] = part;
      }
      ++part;
    }
    EXPECT_EQ(all, data.rows);
    // Adding any group that was left, or taking one that was not needed, comes no nearer: what is
    // missing is less than the smallest group that is left.
    std::vector<std::size_t> sizes(count);
    for (const std::uint32_t group : groups) {
      ++sizes[group];
    }
    const std::size_t wanted =
        static_cast<std::size_t>(std::llround(0.2 * static_cast<double>(data.rows)));
    for (std::size_t group = 0; group < count; ++group) {
      if (sizes[group] > 0 && part_of[group] != 2 && split.test.size() < wanted) {
        EXPECT_GE(sizes[group], 2 * (wanted - split.test.size()));
      }
    }
  }
}

TEST(Split, TakesTheSmallestGroupWhereAllAreLarge) {
  const Dataset data = grouped({0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2});
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    SplitSpec spec = spec_of(PartSize::rows(1), PartSize::none());
    spec.seed = seed;
    EXPECT_EQ(split_rows(data, spec).validation, range(6, 10));
  }
}

TEST(Split, DrawsGroupsBySeed) {
  std::vector<std::uint32_t> groups;
  for (std::uint32_t row = 0; row < 100; ++row) {
    groups.push_back(row / 4);
  }
  SplitSpec spec;
  const Rows first = split_rows(grouped(groups), spec).test;
  EXPECT_EQ(first.size(), 20U);
  EXPECT_EQ(split_rows(grouped(groups), spec).test, first);
  spec.seed = 1;
  EXPECT_NE(split_rows(grouped(groups), spec).test, first);
}

TEST(Split, RefusesTooFewGroupsAndAGroupInTwoParts) {
  EXPECT_EQ(
      error_of(grouped({0, 0, 0, 0, 1, 1, 1, 1}), PartSize{}, PartSize{}),
      "data set 'toy': a validation part of whole groups leaves none to train on: 1 of them is "
      "left; give more groups, or leave `group` out");
  Dataset data = grouped({0, 0, 1, 1, 2, 2, 0, 3});
  data.own_test_rows = 2;
  EXPECT_EQ(error_of(data, PartSize::rows(2), PartSize{}).substr(0, 36),
            "data set 'toy': the group of row 6 i");
}

TEST(Split, TakesTheLastRowsOfAnOrder) {
  Dataset data = cyclic(10, 2);
  data.order = {5, 5, 1, 9, 5, 0, 2, 8, 5, 3};
  const Split split = split_rows(data, spec_of(PartSize::rows(2), PartSize::rows(3)));
  // The third row of the test part would be a five: rows of one time stay together.
  EXPECT_EQ(split.test, (Rows{3, 7}));
  EXPECT_EQ(split.validation, (Rows{0, 1, 4, 8}));
  EXPECT_EQ(split.train, (Rows{2, 5, 6, 9}));
  data.order = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  EXPECT_EQ(split_rows(data, spec_of(PartSize::rows(2), PartSize::rows(3))).test, (Rows{7, 8, 9}));
  data.order = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  EXPECT_EQ(
      error_of(data, PartSize::rows(2), PartSize::rows(3)),
      "data set 'toy': all 10 rows that the test part could be taken from have the same value "
      "of the order column; make the parts smaller, or order by a column that varies");
}

TEST(Split, TakesTheOwnValidationPartByDefault) {
  Dataset data = cyclic(100, 4, 30);
  data.own_validation_rows = 20;
  const Split split = split_rows(data, {});
  EXPECT_EQ(split.train, range(0, 50));
  EXPECT_EQ(split.validation, range(50, 70));
  EXPECT_EQ(split.test, range(70, 100));
}

TEST(Split, DrawsWithoutClassesForRegression) {
  Dataset data;
  data.name = "toy";
  data.task = Task::kRegression;
  data.rows = 100;
  data.targets.resize(100);
  const Split split = split_rows(data, {});
  EXPECT_EQ(split.test.size(), 20U);
  EXPECT_EQ(split.validation.size(), 16U);
  Dataset classes = cyclic(100, 4);
  SplitSpec spec;
  spec.stratify = false;
  EXPECT_EQ(split_rows(classes, spec).test, split.test);
}

TEST(Split, RefusesToStratifyWhatHasOtherRules) {
  SplitSpec spec;
  spec.stratify = true;
  Dataset data = grouped({0, 0, 1, 1, 2, 2});
  EXPECT_EQ(data_error_of([&] { split_rows(data, spec); }),
            "data set 'toy': a split by group cannot be stratified; leave `stratify` out");
  data.order.resize(6);
  EXPECT_EQ(data_error_of([&] { split_rows(data, spec); }),
            "data set 'toy': a split by group and by order at once; leave `group` or `order` out");
  data.groups.clear();
  EXPECT_EQ(data_error_of([&] { split_rows(data, spec); }),
            "data set 'toy': a split by order cannot be stratified; leave `stratify` out");
  data.order.clear();
  data.task = Task::kRegression;
  EXPECT_EQ(data_error_of([&] { split_rows(data, spec); }),
            "data set 'toy': a split for regression cannot be stratified; leave `stratify` out");
}

}  // namespace
}  // namespace hpsearch::nn

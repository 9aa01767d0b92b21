#include "nn/data/split.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/base/random.h"
#include "nn/base/sha256.h"
#include "tests/nn/data/split_data.h"

namespace hpsearch::nn {
namespace {

// Each class gets the whole part of its share; then, one by one, the class with the largest
// remainder that has not been served gets one more. By fractions, compared crosswise.
std::vector<std::size_t> shares_one_by_one(const std::vector<std::size_t>& counts,
                                           std::size_t total) {
  const std::size_t all = std::accumulate(counts.begin(), counts.end(), std::size_t{0});
  std::vector<std::size_t> shares(counts.size());
  std::vector<bool> served(counts.size());
  std::size_t given = 0;
  for (std::size_t c = 0; c < counts.size(); ++c) {
    while ((shares[c] + 1) * all <= counts[c] * total) {
      ++shares[c];
      ++given;
    }
  }
  const std::vector<std::size_t> whole = shares;
  for (; given < total; ++given) {
    std::size_t best = counts.size();
    for (std::size_t c = 0; c < counts.size(); ++c) {
      const auto remainder = [&](std::size_t k) { return counts[k] * total - whole[k] * all; };
      if (!served[c] && (best == counts.size() || remainder(c) > remainder(best))) {
        best = c;
      }
    }
    served[best] = true;
    ++shares[best];
  }
  return shares;
}

TEST(Split, TakesTwentyPercentTwiceByDefault) {
  const Split split = split_rows(cyclic(100, 4), {});
  EXPECT_EQ(split.test.size(), 20U);
  EXPECT_EQ(split.validation.size(), 16U);
  EXPECT_EQ(split.train.size(), 64U);
}

TEST(Split, TakesTheOwnTestPartByDefault) {
  const Split split = split_rows(cyclic(100, 4, 30), {});
  EXPECT_EQ(split.test, range(70, 100));
  EXPECT_EQ(split.validation.size(), 14U);
  EXPECT_EQ(split.train.size(), 56U);
  const Split insisted =
      split_rows(cyclic(100, 4, 30), spec_of(PartSize{}, PartSize::source_test()));
  EXPECT_EQ(insisted.test, split.test);
  EXPECT_EQ(insisted.train, split.train);
}

TEST(Split, LeavesTheOwnTestPartUnusedWhereAnotherIsAskedFor) {
  for (const PartSize& test : {PartSize::none(), PartSize::rows(7), PartSize::share(0.1)}) {
    const Split split = split_rows(cyclic(100, 4, 30), spec_of(PartSize{}, test));
    EXPECT_EQ(split.test.size(), test.kind == PartSize::Kind::kNone ? 0U : 7U);
    EXPECT_EQ(split.train.size() + split.validation.size() + split.test.size(), 70U);
    for (const Rows* part : {&split.train, &split.validation, &split.test}) {
      EXPECT_TRUE(part->empty() || part->back() < 70U);
    }
  }
}

TEST(Split, TakesTheOwnTestPartForValidation) {
  const Split split =
      split_rows(cyclic(100, 4, 30), spec_of(PartSize::source_test(), PartSize::none()));
  EXPECT_EQ(split.train, range(0, 70));
  EXPECT_EQ(split.validation, range(70, 100));
  EXPECT_TRUE(split.test.empty());
}

TEST(Split, RoundsFractionsToTheNearestCountAndAtLeastOne) {
  const auto validation_rows = [](std::size_t rows, double fraction) {
    return split_rows(cyclic(rows, 2), spec_of(PartSize::share(fraction), PartSize::none()))
        .validation.size();
  };
  EXPECT_EQ(validation_rows(10, 0.24), 2U);
  EXPECT_EQ(validation_rows(10, 0.25), 3U);
  EXPECT_EQ(validation_rows(10, 0.001), 1U);
  EXPECT_EQ(validation_rows(1797, 0.2), 359U);
}

TEST(Split, IsStratifiedByLargestRemainder) {
  Stream random(20, Purpose::kSample);
  for (int round = 0; round < 500; ++round) {
    std::vector<std::uint32_t> labels(4 + random.below(300));
    const std::uint64_t classes = 2 + random.below(12);
    for (std::uint32_t& label : labels) {
      // Squared, so that classes are of very different sizes, and some empty.
      const double u = random.uniform();
      label = static_cast<std::uint32_t>(u * u * static_cast<double>(classes));
    }
    labels[0] = 0;
    labels[1] = 1;
    labels[2] = 0;
    labels[3] = 1;
    const Dataset data = labelled(labels);
    const std::size_t test_rows = 1 + random.below(data.rows / 2 - 1);
    const std::size_t validation_rows = 1 + random.below((data.rows - test_rows) / 2);
    SplitSpec spec = spec_of(PartSize::rows(validation_rows), PartSize::rows(test_rows));
    spec.seed = random.next_u64();
    SCOPED_TRACE(
        fmt::format("labels {}, test {}, validation {}", labels, test_rows, validation_rows));
    Split split;
    const std::string error = data_error_of([&] { split = split_rows(data, spec); });
    if (split.train.empty()) {
      ASSERT_THAT(error, testing::HasSubstr("to train on"));
      continue;
    }

    std::vector<std::size_t> left =
        count_classes(data, range(0, static_cast<std::uint32_t>(data.rows)));
    const std::vector<std::size_t> test = shares_one_by_one(left, test_rows);
    ASSERT_EQ(count_classes(data, split.test), test);
    for (std::size_t c = 0; c < left.size(); ++c) {
      left[c] -= test[c];
    }
    ASSERT_EQ(count_classes(data, split.validation), shares_one_by_one(left, validation_rows));
  }
}

TEST(Split, UsesEachRowOnceInAscendingOrder) {
  for (const bool stratify : {true, false}) {
    for (std::size_t rows = 12; rows < 80; ++rows) {
      SplitSpec spec;
      spec.stratify = stratify;
      spec.seed = rows;
      const Split split = split_rows(cyclic(rows, 3), spec);
      Rows all;
      for (const Rows* part : {&split.train, &split.validation, &split.test}) {
        ASSERT_TRUE(std::is_sorted(part->begin(), part->end()));
        all.insert(all.end(), part->begin(), part->end());
      }
      std::sort(all.begin(), all.end());
      ASSERT_EQ(all, range(0, static_cast<std::uint32_t>(rows)));
    }
  }
}

TEST(Split, DrawsTheSameRowsForTheSameSeedOnly) {
  const Dataset data = cyclic(1000, 5);
  SplitSpec spec;
  const Split first = split_rows(data, spec);
  EXPECT_EQ(split_rows(data, spec).validation, first.validation);
  spec.seed = 1;
  EXPECT_NE(split_rows(data, spec).validation, first.validation);
  EXPECT_NE(split_rows(data, spec).test, first.test);
}

TEST(Split, DrawsEachRowEquallyOften) {
  // 2,000 splits, each row in validation with probability 1/4: five sigma are 97.
  for (const bool stratify : {true, false}) {
    const Dataset data = cyclic(40, 2);
    std::vector<int> drawn(data.rows);
    SplitSpec spec = spec_of(PartSize::share(0.25), PartSize::none());
    spec.stratify = stratify;
    for (spec.seed = 0; spec.seed < 2000; ++spec.seed) {
      for (const std::uint32_t row : split_rows(data, spec).validation) {
        ++drawn[row];
      }
    }
    EXPECT_THAT(drawn, testing::Each(testing::AllOf(testing::Gt(403), testing::Lt(597))));
  }
}

TEST(Split, RefusesAPartThatIsTooLarge) {
  EXPECT_EQ(error_of(cyclic(10, 2), PartSize::rows(10), PartSize::none()),
            "data set 'toy': a validation part of 10 of the 10 rows leaves none to train on; write "
            "a smaller number");
  EXPECT_EQ(error_of(cyclic(10, 2, 4), PartSize{},
                     PartSize::rows(std::numeric_limits<std::uint64_t>::max())),
            "data set 'toy': a test part of 18446744073709551615 of the 6 rows leaves none to "
            "train on; write a smaller number");
  EXPECT_EQ(error_of(cyclic(10, 2), PartSize::share(0.99), PartSize::none()),
            "data set 'toy': a validation part of 10 of the 10 rows leaves none to train on; write "
            "a smaller number");
  EXPECT_EQ(error_of(cyclic(2, 2), PartSize{}, PartSize{}),
            "data set 'toy': a validation part of 1 of the 1 rows leaves none to train on; give "
            "more rows");
  EXPECT_EQ(error_of(cyclic(4, 2, 4), PartSize{}, PartSize{}),
            "data set 'toy': a validation part of 1 of the 0 rows leaves none to train on; give "
            "more rows");
}

TEST(Split, RefusesAnEmptyPart) {
  EXPECT_EQ(error_of(cyclic(10, 2), PartSize::none(), PartSize{}),
            "data set 'toy': the validation part would be empty; write a fraction between 0 and 1, "
            "or a number of rows");
  EXPECT_EQ(error_of(cyclic(10, 2), PartSize::rows(0), PartSize{}),
            "data set 'toy': the validation part would be empty; write a fraction between 0 and 1, "
            "or a number of rows");
  EXPECT_EQ(error_of(cyclic(10, 2), PartSize{}, PartSize::rows(0)),
            "data set 'toy': the test part would be empty; write a fraction between 0 and 1, or a "
            "number of rows");
}

TEST(Split, RefusesFractionsOutsideZeroToOne) {
  EXPECT_EQ(
      error_of(cyclic(10, 2), PartSize{}, PartSize::share(1.5)),
      "data set 'toy': a test part of 1.5 of the rows; write a fraction between 0 and 1, or a "
      "number of rows");
  for (const double fraction : {0.0, 1.0, -0.5, std::nan(""), HUGE_VAL}) {
    EXPECT_THAT(error_of(cyclic(10, 2), PartSize::share(fraction), PartSize{}),
                testing::EndsWith("write a fraction between 0 and 1, or a number of rows"));
  }
}

TEST(Split, RefusesAnOwnTestPartThatIsNotThere) {
  EXPECT_EQ(error_of(cyclic(10, 2), PartSize::source_test(), PartSize::none()),
            "data set 'toy': it has no test part of its own to serve as the validation part; "
            "write a fraction between 0 and 1, or a number of rows");
  EXPECT_EQ(error_of(cyclic(10, 2), PartSize{}, PartSize::source_test()),
            "data set 'toy': it has no test part of its own to serve as the test part; "
            "write a fraction between 0 and 1, or a number of rows");
}

TEST(Split, RefusesTheOwnTestPartForValidationBesideATestPart) {
  for (const PartSize& test : {PartSize{}, PartSize::rows(1), PartSize::source_test()}) {
    EXPECT_EQ(error_of(cyclic(10, 2, 4), PartSize::source_test(), test),
              "data set 'toy': the source's own test part cannot serve as validation part beside a "
              "test part; write `test: none` with `validation: test`");
  }
}

TEST(Split, RefusesToTrainOnASingleClass) {
  EXPECT_EQ(error_of(labelled({0, 0, 0, 0, 0, 0, 1, 1}, 2), PartSize{}, PartSize{}),
            "data set 'toy': all rows that are left to train on (5) are of class 0; make the "
            "validation and the test part smaller, or stratify them");
}

// These rows are fixed for good: a change would give every stored sweep another meaning.
struct GoldenSplit {
  std::uint64_t seed;
  bool stratify;
  Rows test;        // the first ones
  Rows validation;  // the first ones
  std::string sha256;
};

TEST(Split, OfDigitsIsFixedForGood) {
  const Dataset digits = load_dataset({"digits", {}});
  const std::vector<GoldenSplit> golden{
      {0,
       true,
       {0, 1, 6, 13, 14, 33, 39, 63},
       {4, 5, 10, 22, 31, 34, 40, 49},
       "c820931b478bc5ee4b4040bfe7311f2a16560a9781a0610c7ab35a33246a03ed"},
      {1,
       true,
       {1, 2, 10, 17, 28, 30, 34, 36},
       {3, 7, 8, 9, 32, 52, 58, 62},
       "df87de829261abcd51fa47867c4f788193ce04bf168825f4c1e2704b3c4c7496"},
      {0,
       false,
       {3, 11, 19, 23, 31, 33, 35, 37},
       {10, 17, 18, 22, 25, 26, 27, 29},
       "c14e90685678a225c4408a1900eb4378b45918e6f47b3b21d3ed8ef8a6ef3657"},
  };
  for (const GoldenSplit& expected : golden) {
    SplitSpec spec;
    spec.seed = expected.seed;
    spec.stratify = expected.stratify;
    const Split split = split_rows(digits, spec);
    EXPECT_EQ(split.test.size(), 359U);
    EXPECT_EQ(split.validation.size(), 288U);
    EXPECT_EQ(split.train.size(), 1150U);
    EXPECT_EQ(Rows(split.test.begin(), split.test.begin() + 8), expected.test);
    EXPECT_EQ(Rows(split.validation.begin(), split.validation.begin() + 8), expected.validation);
    EXPECT_EQ(sha256_hex(fmt::format("{} {} {}", fmt::join(split.train, ","),
                                     fmt::join(split.validation, ","), fmt::join(split.test, ","))),
              expected.sha256);
  }
}

}  // namespace
}  // namespace hpsearch::nn

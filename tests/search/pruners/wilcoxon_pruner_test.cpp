// The signed-rank test against scipy and against counting signs, and what the pruner makes of it.
#include "search/pruners/wilcoxon_pruner.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "nn/base/random.h"
#include "tests/search/pruners/pruner_support.h"

namespace hpsearch::search {
namespace {

// scipy 1.10: wilcoxon(d, alternative="greater", mode="exact").pvalue
TEST(SignedRank, IsScipysExactTest) {
  EXPECT_NEAR(signed_rank_p(std::vector{1.0, 2.0, 3.0, 4.0, 5.0}), 0.03125, 1e-15);
  EXPECT_NEAR(signed_rank_p(std::vector{1.0, -2.0, 3.0, 4.0, 5.0}), 0.09375, 1e-15);
  EXPECT_NEAR(signed_rank_p(std::vector{-1.0, -2.0, 3.0, -4.0, 5.0}), 0.5, 1e-15);
  EXPECT_NEAR(signed_rank_p(std::vector{0.3, -0.1, 0.7, 0.2, 0.9, -0.4, 0.5, 0.6}), 0.0390625,
              1e-15);
  EXPECT_EQ(signed_rank_p({}), 1.0);
  EXPECT_EQ(signed_rank_p(std::vector{0.0, 0.0}), 1.0) << "equal ones say nothing";
}

// With ties and zeros: of all signs of the differences that are not 0, the share whose rank sum is
// at least as large.
TEST(SignedRank, CountsSigns) {
  nn::Stream random(3, nn::Purpose::kSample);
  for (int round = 0; round < 200; ++round) {
    std::vector<double> d(1 + random.below(9));
    for (double& x : d) {
      x = std::round(6.0 * random.uniform() - 2.5) / 2.0;
    }
    std::vector<double> ranks(d.size());
    std::vector<std::size_t> nonzero;
    for (std::size_t i = 0; i < d.size(); ++i) {
      double below = 0.0;
      double equal = 0.0;
      for (const double x : d) {
        below += std::abs(x) < std::abs(d[i]) ? 1.0 : 0.0;
        equal += std::abs(x) == std::abs(d[i]) ? 1.0 : 0.0;
      }
      ranks[i] = below + (equal + 1.0) / 2.0;
      if (d[i] != 0.0) {
        nonzero.push_back(i);
      }
    }
    double observed = 0.0;
    for (const std::size_t i : nonzero) {
      observed += d[i] > 0.0 ? ranks[i] : 0.0;
    }
    int as_large = 0;
    const std::uint32_t all = 1U << nonzero.size();
    for (std::uint32_t signs = 0; signs < all; ++signs) {
      double sum = 0.0;
      for (std::size_t i = 0; i < nonzero.size(); ++i) {
        sum += (signs >> i) & 1U ? ranks[nonzero[i]] : 0.0;
      }
      as_large += sum >= observed - 1e-9 ? 1 : 0;
    }
    EXPECT_NEAR(signed_rank_p(d), static_cast<double>(as_large) / all, 1e-12);
  }
}

Observation in_folds(std::uint64_t number, std::vector<double> scores) {
  Observation trial;
  trial.number = number;
  double sum = 0.0;
  for (const double score : scores) {
    sum += score;
  }
  trial.score = sum / static_cast<double>(scores.size());
  trial.fold_scores = std::move(scores);
  return trial;
}

TEST(WilcoxonPruner, ComparesWithTheBestTrialFoldByFold) {
  const std::vector<Observation> known{in_folds(0, {0.1, 0.2, 0.3, 0.4, 0.5}),
                                       in_folds(1, {0.9, 0.9, 0.9, 0.9, 0.9})};
  const auto rule = test::make("wilcoxon")->fold_rule({known, {}}, {.trial = 9, .epochs = 5});
  EXPECT_FALSE(rule(std::vector{0.2})) << "fewer than min_folds";
  EXPECT_FALSE(rule(std::vector{0.2, 0.3, 0.4})->pruned) << "p cannot be below 1/8";
  const auto judgement = rule(std::vector{0.2, 0.31, 0.42, 0.53});
  ASSERT_TRUE(judgement && judgement->pruned);
  EXPECT_EQ(judgement->value, 1.0 / 16);
  EXPECT_EQ(judgement->iteration, 4);
  EXPECT_EQ(judgement->text,
            "the mean of its first 4 folds, 0.365, is worse than 0.25 of trial 0, with p = 0.0625");
  EXPECT_FALSE(rule(std::vector{0.05, 0.1, 0.2, 0.3})->pruned) << "better";
  EXPECT_FALSE(rule(std::vector{0.2, 0.3, 0.4, std::nan("")})) << "nothing to compare";
  EXPECT_FALSE(test::make("wilcoxon")->fold_rule({}, {}))
      << "the first trial is compared with none";
}

}  // namespace
}  // namespace hpsearch::search
